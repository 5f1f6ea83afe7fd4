import t from 'tap';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { wordsSchema } from '../../../../protocol/reply/words-config.ts';
import { openWords } from '../../../../workers/reply/words/open-words.ts';

const words = await openWords(
  wordsSchema.parse({ lists: [{ id: 'rude', category: 'mask', words: ['傻瓜', '大坏蛋'] }] }),
  import.meta.dirname,
);

function run(pieces: string[]): { text: string; blocked: boolean; steps: string[] } {
  const stream = words.stream();
  const released = [...pieces.map((piece) => stream.push(piece)), stream.flush()];
  return {
    text: released.map(({ text }) => text).join(''),
    blocked: released.some(({ blockedBy }) => blockedBy !== undefined),
    steps: released.map(({ text }) => text),
  };
}

void t.test('WordStream lets go at once of what can begin no word', (t) => {
  t.same(run(['这款面料', '很舒服，', '你傻', '瓜吧']).steps, ['这款面料', '很舒服，', '你', '吧', '']);
  t.end();
});

void t.test('WordStream lets nothing out of a word that blocks, however it is cut', (t) => {
  for (const text of ['好的加微信吧', '好的V X 123', '电话138 0013 8000哦', '看看taobao.com吧'])
    for (let cut = 0; cut <= text.length; cut++) {
      const { text: said, blocked } = run([text.slice(0, cut), text.slice(cut)]);
      t.ok(blocked, `${text} at ${cut}`);
      t.notMatch(said, /微|[Vv]|13|taobao/, `${text} at ${cut}: ${said}`);
    }
  t.end();
});

void t.test('WordStream waits for a phrase that makes a word harmless', (t) => {
  t.equal(run(['我们是第', '一', '次来']).text, '我们是第一次来');
  t.equal(run(['我们是第', '一', '哦']).text, '我们是很不错哦');
  t.end();
});

void t.test('WordStream says the same as check() of the whole, in pieces of any size', (t) => {
  const random = new SeededRandom(5);
  const parts = [
    '傻',
    '瓜',
    '大坏',
    '蛋',
    '最',
    '好',
    '第一',
    '次',
    '，',
    '😀',
    '价格39',
    '.9元',
    '微',
    '笑',
    '大',
    'a',
    '。',
  ] as const;
  for (let round = 0; round < 3_000; round++) {
    const pieces = Array.from({ length: random.whole(1, 14) }, () => random.pick(parts));
    const text = pieces.join('');
    const cuts: string[] = [];
    for (let at = 0; at < text.length;) {
      const size = random.whole(1, 4);
      cuts.push(text.slice(at, at + size));
      at += size;
    }
    t.equal(run(cuts).text, words.check(text).text, JSON.stringify(cuts));
  }
  t.end();
});
