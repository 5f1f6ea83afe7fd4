import t from 'tap';
import { expectedUnits, repeatedUnits } from '../../../../workers/tts/gate/expected-units.ts';

const cases: [text: string, syllables: number, pauses: number, latin: number][] = [
  ['', 0, 0, 0],
  ['……！', 0, 0, 0],
  ['嗯', 1, 0, 0],
  ['好的。', 2, 0, 0],
  ['欢迎来到直播间，今天的宝贝都在下方。', 16, 1, 0],
  ['三号，五号；七号！', 6, 2, 0],
  ['hello world', 3, 0, 3],
  ['this is nice, please come', 5, 1, 5],
  ['XL', 2, 0, 2],
  ['T恤', 2, 0, 1],
  ['买 2 送 1', 4, 0, 0],
  ['，开头的逗号', 5, 0, 0],
];

for (const [text, syllables, pauses, latin] of cases) {
  void t.test(`expectedUnits() counts "${text}"`, (t) => {
    t.same(expectedUnits(text), { syllables, pauses, latin });
    t.end();
  });
}

void t.test('expectedUnits() takes a megabyte of anything', (t) => {
  t.equal(expectedUnits('啊'.repeat(300_000)).syllables, 300_000);
  t.equal(expectedUnits('，'.repeat(300_000)).syllables, 0);
  t.equal(expectedUnits('a'.repeat(300_000)).syllables, 1);
  t.end();
});

void t.test('repeatedUnits() finds what a text itself says again', (t) => {
  for (const [text, units] of [
    ['今天下单', 0],
    ['谢谢', 1],
    ['好的好的', 2],
    ['哈哈哈哈', 3],
    ['来来来，看一看', 2],
    ['', 0],
    ['的'.repeat(10_000), 199],
  ] as const)
    t.equal(repeatedUnits(text), units, text.slice(0, 10));
  t.end();
});
