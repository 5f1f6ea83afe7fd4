import t from 'tap';
import { splitSentences } from '../../workers/split-sentences.ts';

void t.test(
  'splitSentences() splits at sentence ends, keeps every character, and joins very short ones',
  (t) => {
    const text = '欢迎来到直播间。今天有福利！想看什么？';
    t.same(splitSentences(text), ['欢迎来到直播间。', '今天有福利！想看什么？']);
    t.same(splitSentences('好。'), ['好。']);
    t.same(splitSentences('没有标点的一句话'), ['没有标点的一句话']);
    t.same(splitSentences('价格39.9元，包邮！！！真的“不贵。”对吧'), [
      '价格39.9元，包邮！！！',
      '真的“不贵。”对吧',
    ]);
    t.same(splitSentences(''), []);
    t.end();
  },
);
