import t from 'tap';
import { SeededRandom } from '../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { SentenceChunker, chunkSizes } from '../../workers/sentence-chunker.ts';

/** What one push and a flush give. */
function chunksOf(text: string, firstFrom = Infinity): string[] {
  const chunker = new SentenceChunker({ firstFrom });
  return [...chunker.push(text), ...chunker.flush()];
}

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const sizeOf = (text: string): number => Array.from(graphemes.segment(text)).length;

const cases: [name: string, text: string, chunks: string[]][] = [
  ['cuts at the ends of sentences', '欢迎来到直播间。今天都有福利！', ['欢迎来到直播间。', '今天都有福利！']],
  ['joins what is short to what follows', '好。今天都有福利！', ['好。今天都有福利！']],
  ['keeps repeated and closing marks', '真的“不贵啊。”！！对吧大家', ['真的“不贵啊。”！！', '对吧大家']],
  ['does not cut in a number', '今天价格是39.9元', ['今天价格是39.9元']],
  ['does not cut in thousands', '今天价格是1,299.00元', ['今天价格是1,299.00元']],
  ['does not cut in a time', '今天晚上的19:30开抢', ['今天晚上的19:30开抢']],
  ['takes a full stop after a number', 'It costs 39. Buy it', ['It costs 39.', ' Buy it']],
  ['does not cut in an address', 'look at www.a.example now', ['look at www.a.example now']],
  ['cuts at line ends', '今天都有福利\n大家快来看看', ['今天都有福利\n', '大家快来看看']],
  [
    'cuts a long sentence at the last clause of a good size',
    '今天这一款真的是特别好看，颜色也是非常正的，大家可以放心地去拍，不满意就退',
    ['今天这一款真的是特别好看，颜色也是非常正的，', '大家可以放心地去拍，不满意就退'],
  ],
  ['cuts what has no marks at all', '长'.repeat(90), ['长'.repeat(40), '长'.repeat(40), '长'.repeat(10)]],
  [
    'cuts at a space where there is no mark',
    `${'a'.repeat(20)} ${'b'.repeat(20)} c`,
    [`${'a'.repeat(20)} `, `${'b'.repeat(20)} c`],
  ],
  ['is empty for nothing', '', []],
];

for (const [name, text, chunks] of cases) {
  void t.test(`SentenceChunker ${name}`, async (t) => {
    t.same(chunksOf(text), chunks);
  });
}

void t.test('SentenceChunker lets the first chunk end with a clause, and no other', async (t) => {
  t.same(chunksOf('小明你好呀，今天这款三十九块九，包邮的哦。', 6), [
    '小明你好呀，',
    '今天这款三十九块九，包邮的哦。',
  ]);
  t.same(chunksOf('小明，今天这款三十九块九。', 6), ['小明，今天这款三十九块九。'], 'too short a clause');
  t.same(chunksOf('红的蓝的绿、黄的，都有', 6), ['红的蓝的绿、黄的，', '都有'], 'not within a short list');
});

void t.test(
  'SentenceChunker gives a chunk with the character after it, without waiting for more',
  async (t) => {
    const chunker = new SentenceChunker();
    t.same(chunker.push('欢迎来到直播间。'), [], 'a mark may follow');
    t.same(chunker.push('今天'), ['欢迎来到直播间。']);
    t.same(chunker.flush(), ['今天']);
    t.same(chunker.push('小明你好呀，今'), ['小明你好呀，'], 'another text');
  },
);

void t.test('SentenceChunker gives what is complete once nothing has come for a while', async (t) => {
  const chunker = new SentenceChunker();
  t.same(chunker.push('好的。', 1_000), []);
  t.same(chunker.stalled(1_349), []);
  t.same(chunker.stalled(1_350), ['好的。']);
  t.same(chunker.push('只要39.', 2_000), []);
  t.same(chunker.stalled(3_000), [], 'within a number');
  t.same(chunker.push('9元，', 3_000), []);
  t.same(chunker.stalled(4_000), ['只要39.9元，']);
  t.same(chunker.push('真的', 5_000), []);
  t.same(chunker.stalled(6_000), [], 'not a clause');
  t.same(chunker.flush(), ['真的']);
  t.same(chunker.stalled(9_000), []);
});

const pieces = [
  '今天',
  '这款',
  '特别好看',
  '的',
  '，',
  '、',
  '。',
  '！',
  '？',
  '；',
  '：',
  ':',
  '.',
  ',',
  '…',
  '——',
  '!',
  '?',
  ';',
  '\n',
  '\r\n',
  ' ',
  '39.9',
  '1,299.00',
  '19:30',
  '7',
  '@小明',
  '@a_b',
  '[比心]',
  '[',
  ']',
  '“',
  '”',
  '」',
  '）',
  '(',
  'Hello',
  'www.a.example',
  'e\u0301',
  '👨‍👩‍👧',
  '👍🏽',
  '🇨🇳',
  '1️⃣',
  '가',
  '𠀀',
  "don't",
  '元',
];
const whole = /\d+(?:[.,:]\d+)+|\[比心\]|👨‍👩‍👧|👍🏽|𠀀/gu;

void t.test(
  'SentenceChunker gives the same chunks however the text arrives, and loses nothing',
  async (t) => {
    const random = new SeededRandom(11);
    for (let round = 0; round < 4_000; round++) {
      const length = random.whole(0, 40);
      const text = Array.from({ length }, () => pieces[random.whole(0, pieces.length - 1)]).join('');
      const firstFrom = random.chance(0.5) ? 6 : Infinity;
      const expected = chunksOf(text, firstFrom);
      const chunker = new SentenceChunker({ firstFrom });
      const chunks: string[] = [];
      for (let at = 0; at < text.length;) {
        const to = at + random.whole(1, 7);
        chunks.push(...chunker.push(text.slice(at, to)));
        at = to;
      }
      chunks.push(...chunker.flush());
      const problem = problemOf(text, chunks);
      if (problem === '' && JSON.stringify(chunks) === JSON.stringify(expected)) continue;
      t.fail(`${problem || 'not the same'}: ${JSON.stringify([text, chunks, expected])}`);
    }
  },
);

function problemOf(text: string, chunks: string[]): string {
  if (chunks.join('') !== text) return 'not the whole text';
  const cuts = new Set<number>();
  for (const chunk of chunks) cuts.add(chunk.length + Math.max(0, ...cuts));
  for (const { index, segment } of graphemes.segment(text))
    for (let at = index + 1; at < index + segment.length; at++)
      if (cuts.has(at)) return `${at} is in a grapheme`;
  for (const { 0: found, index } of text.matchAll(whole)) {
    if (found.length > 20) continue;
    for (let at = index + 1; at < index + found.length; at++) if (cuts.has(at)) return `${at} is in ${found}`;
  }
  const bare = chunks.map((chunk) => chunk.replace(/[。！？!?；;\r\n.，、,:：—…」』”’）)】》]+$/u, ''));
  if (bare.some((chunk) => sizeOf(chunk) > chunkSizes.most)) return 'too long';
  const short = chunks.slice(0, -1).find((chunk) => sizeOf(chunk.replaceAll(/\s/gu, '')) < chunkSizes.least);
  return short === undefined ? '' : `too short: ${short}`;
}

void t.test('SentenceChunker does not lose anything to stalls either', async (t) => {
  const random = new SeededRandom(12);
  for (let round = 0; round < 2_000; round++) {
    const chunker = new SentenceChunker();
    let text = '';
    let said = '';
    for (let now = 0; now < 12_000; now += random.whole(1, 700)) {
      const piece = pieces[random.whole(0, pieces.length - 1)] ?? '';
      text += piece;
      said += chunker.stalled(now).join('') + chunker.push(piece, now).join('');
    }
    said += chunker.flush().join('');
    if (said !== text) t.fail(JSON.stringify([text, said]));
  }
});

void t.test('SentenceChunker bounds what it holds', async (t) => {
  for (const endless of [
    'a',
    '1',
    '1.',
    '@a',
    '[',
    '[a',
    '。',
    '”',
    '，”',
    ' ',
    '\u0301',
    '\u200d',
    '👨‍',
    '🇨',
    '\ud83d',
    '1,',
    "a'",
  ]) {
    const chunker = new SentenceChunker();
    let given = 0;
    const text = endless.repeat(1_000);
    for (const unit of text.split('')) {
      for (const chunk of chunker.push(unit)) given += chunk.length;
    }
    t.ok(text.length - given < 800, `${JSON.stringify(endless)}: ${text.length - given} held`);
    for (const chunk of chunker.flush()) given += chunk.length;
    t.equal(given, text.length);
  }
});
