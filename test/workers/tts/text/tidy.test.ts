import t from 'tap';
import { accents, tidy } from '../../../../workers/tts/text/tidy.ts';
import { checkRules } from './check-rules.ts';

void t.test('tidy leaves one form of everything', async (t) => {
  checkRules(t, accents, {
    'stray-accent': [
      ['\u0301好', '好'],
      ['好 \u0301的', '好 的'],
      ['é', 'é'],
    ],
    'stacked-accents': [
      [`好e${'\u0301'.repeat(50)}`, '好é\u0301\u0301'],
      ['x\u0301\u0301\u0301', 'x\u0301\u0301'],
      ['x\u0301', 'x\u0301'],
    ],
    'still-stretched': [
      ['hhh哈', '哈哈哈'],
      ['哈“哈”哈哈', '哈哈哈'],
      ['一“一”一一', '一一一一'],
    ],
  });
  checkRules(t, tidy, {
    'wide-space': [
      ['好★ ★的', '好 的'],
      ['好 😀 的', '好 的'],
      ['a [赞] b', 'a b'],
    ],
    halved: [
      ['好，的', '好，的'],
      ['好；的', '好；的'],
      ['好吗？', '好吗？'],
    ],
    marks: [
      ['好！？', '好？'],
      ['好，。', '好。'],
      ['好，，，的', '好，的'],
      ['好 ， 的', '好，的'],
      ['好、。、的', '好。的'],
    ],
    wide: [
      ['a,b', 'a，b'],
      ['ok!', 'OK！'],
      ['a;b?', 'a；b？'],
    ],
    'first-mark': [
      ['，好', '好'],
      ['……好', '好'],
      ['。。。！？～', ''],
    ],
    'still-stretched': [
      ['hhh哈', '哈哈哈'],
      ['好好好好好', '好好好'],
      ['九九九九九', '九九九九九'],
    ],
    spaces: [
      ['一 　二', '一 二'],
      ['一\u200b \u200b 二', '一 二'],
      ['a b', 'a b'],
    ],
  });
});
