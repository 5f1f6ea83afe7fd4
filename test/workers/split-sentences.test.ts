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

void t.test(
  'splitSentences() cuts long sentences at clauses, and gives the first clause early where asked',
  (t) => {
    const long =
      '小明，价格都在下方的小黄车里，点开就能看到今天的直播价，现在下单的朋友四十八小时内发货，全国包邮。';
    t.same(splitSentences(long), [
      '小明，价格都在下方的小黄车里，',
      '点开就能看到今天的直播价，',
      '现在下单的朋友四十八小时内发货，全国包邮。',
    ]);
    t.same(splitSentences('点开就能看到今天的直播价，价格都在下方的小黄车里面。好的。', { quick: true }), [
      '点开就能看到今天的直播价，',
      '价格都在下方的小黄车里面。好的。',
    ]);
    const short = '小明，您说的毛衣的颜色，我这就告诉您。';
    t.same(splitSentences(short, { quick: true }), [short]);
    t.end();
  },
);
