import t from 'tap';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import type { Answer, AnswerContext, Answerer } from '../../../workers/reply/answerer.ts';
import { AnswerChain } from '../../../workers/reply/answerer.ts';
import { Board } from '../../../workers/reply/board.ts';
import { Phrasebook } from '../../../workers/reply/phrasebook.ts';
import { RoomMind } from '../../../workers/reply/room-mind.ts';
import { Rules } from '../../../workers/reply/rules.ts';
import { speakableName } from '../../../workers/reply/speakable-name.ts';
import { Templates } from '../../../workers/reply/templates.ts';
import type { Topic } from '../../../workers/reply/topic.ts';
import { liveEvent } from '../../support/events.ts';

const demo = configSchema.parse(demoConfig).reply;
const chat = (text: string): EventBody => ({ kind: 'chat', text, luckyBag: false });
/** A Saturday, 20:05 in Shanghai. */
const saturday = Date.UTC(2026, 10, 28, 12, 5);
const context: AnswerContext = {
  room: 'demo',
  now: saturday,
  shown: undefined,
  viewers: undefined,
  recent: [],
  random: () => 0,
};
const { signal } = new AbortController();

function topicOf(events: LiveEvent[]): Topic {
  const board = new Board({ ...demo, ...demo.board, similarity: 0.5 });
  for (const event of events) board.add({ ...event, expiresAt: saturday + 60_000 }, saturday);
  const topic = board.take(saturday, () => true, true);
  if (!topic) throw new Error('no topic');
  return { ...topic, events };
}

/** What rules say, given as one writes them. */
async function say(
  rules: object[],
  body: EventBody | LiveEvent[],
  given: Partial<AnswerContext> = {},
): Promise<string | undefined> {
  const { reply } = configSchema.parse({ ...(demoConfig as object), reply: { rules } });
  const options = { config: reply, phrasebook: new Phrasebook(), nameSaid: speakableName };
  const events = Array.isArray(body) ? body : [liveEvent({ body, nickname: '小明' })];
  const answer = await new Rules(options).answer(topicOf(events), { ...context, ...given });
  return answer && `${answer.from}: ${wholeOf(answer)}`;
}

const wholeOf = ({ text }: Answer): string => (typeof text === 'string' ? text : 'in pieces');

/** What the demonstration says. */
async function answer(
  body: EventBody,
  nickname = '小明',
  more: LiveEvent[] = [],
): Promise<string | undefined> {
  const options = { config: demo, phrasebook: new Phrasebook(), nameSaid: speakableName };
  const chain = new AnswerChain([new Rules(options), new Templates(options)], () => undefined);
  const events = [liveEvent({ body, nickname }), ...more];
  const found = await chain.answer(topicOf(events), context, signal);
  return found && 'text' in found ? wholeOf(found) : undefined;
}

void t.test('Rules answers by the first rule that matches, Templates what none does', async (t) => {
  t.match(await answer(chat('这件多少钱呀')), /^小明，价格都在小黄车里/);
  t.match(await answer(chat('什么时候发货')), /四十八小时内发货/);
  t.match(await answer(chat('嗯嗯')), /^小明，你的留言我看到了/);
});

void t.test('Templates thanks for a whole streak with its sum, and several viewers together', async (t) => {
  const body = (count: number): EventBody => {
    return {
      kind: 'gift',
      giftId: '1',
      name: '玫瑰',
      count,
      total: count,
      diamonds: 1,
      streak: '',
      streakEnd: false,
    };
  };
  const same = liveEvent({ body: body(3), nickname: '阿花' });
  const first = { ...liveEvent({ body: body(2), nickname: '阿花' }), viewer: same.viewer };
  const options = { config: demo, phrasebook: new Phrasebook(), nameSaid: speakableName };
  const found = await new Templates(options).answer(topicOf([first, same]), context);
  t.match(found, { text: '感谢阿花送的5个玫瑰！', from: 'template gift' });
  t.equal(
    await answer(body(2), '阿花', [liveEvent({ body: body(3), nickname: '小明' })]),
    '感谢阿花、小明送的礼物！',
  );
});

void t.test('Templates greets several by name, and many by number', async (t) => {
  const body: EventBody = { kind: 'enter', viewers: 1 };
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) => liveEvent({ body, nickname: `客${index}` }));
  t.equal(await answer(body, '小明', others(2)), '欢迎小明、客零、客一来到直播间。');
  t.equal(await answer(body, '小明', others(6)), '欢迎小明、客零、客一等7位朋友来到直播间。');
});

void t.test('Rules answers all who asked the same at once', async (t) => {
  const events = ['甲', '乙'].map((nickname) => liveEvent({ nickname, body: chat('多少钱') }));
  t.equal(
    await say([{ id: 'p', keywords: ['多少钱'], say: ['{nickname}，九块九。'] }], events),
    'rule p: 甲、乙，九块九。',
  );
});

void t.test(
  'Rules looks at words, patterns, amounts, levels, times, rooms and what is on show',
  async (t) => {
    const ok = { say: ['好'] };
    const gift: EventBody = {
      kind: 'gift',
      giftId: '1',
      name: '车',
      count: 3,
      total: 3,
      diamonds: 200,
      streak: '',
      streakEnd: true,
    };
    const fan = liveEvent({ body: chat('好') });
    const fans = [{ ...fan, viewer: fan.viewer && { ...fan.viewer, fansLevel: 7 } }];
    const shown = { id: '77', title: '羊毛衫', price: '99', index: 2, at: 0 };
    const cases: [string, object, EventBody | LiveEvent[], Partial<AnswerContext>, boolean][] = [
      ['pattern', { pattern: '^\\d+斤' }, chat('120斤穿什么'), {}, true],
      ['pattern', { pattern: '^\\d+斤' }, chat('我120斤'), {}, false],
      ['words and pattern', { keywords: ['斤'], pattern: '码' }, chat('120斤'), {}, false],
      ['kind', { kinds: ['like'] }, chat('好'), {}, false],
      ['diamonds', { kinds: ['gift'], minDiamonds: 600 }, gift, {}, true],
      ['diamonds', { kinds: ['gift'], minDiamonds: 601 }, gift, {}, false],
      ['count', { kinds: ['gift'], minCount: 3 }, gift, {}, true],
      ['count', { kinds: ['gift'], minCount: 4 }, gift, {}, false],
      ['fans level', { minFansLevel: 7 }, fans, {}, true],
      ['fans level', { minFansLevel: 8 }, fans, {}, false],
      ['time', { times: [{ from: '20:00', to: '21:00' }] }, chat('好'), {}, true],
      ['time', { times: [{ from: '21:00', to: '22:00' }] }, chat('好'), {}, false],
      ['weekday', { times: [{ days: [6] }] }, chat('好'), {}, true],
      ['weekday', { times: [{ days: [1, 7] }] }, chat('好'), {}, false],
      ['over midnight', { times: [{ from: '22:00', to: '20:10', days: [5] }] }, chat('好'), {}, true],
      ['over midnight', { times: [{ from: '22:00', to: '20:10', days: [6] }] }, chat('好'), {}, false],
      ['room', { rooms: ['demo'] }, chat('好'), { room: 'demo' }, true],
      ['room', { rooms: ['demo'] }, chat('好'), { room: 'other' }, false],
      ['product by id', { products: ['77'] }, chat('好'), { shown }, true],
      ['product by title', { products: ['羊毛'] }, chat('好'), { shown }, true],
      ['product', { products: ['羊毛'] }, chat('好'), {}, false],
    ];
    for (const [name, rule, body, given, isSo] of cases)
      t.equal(await say([{ id: 'r', ...rule, ...ok }], body, given), isSo ? 'rule r: 好' : undefined, name);
  },
);

void t.test(
  'Rules fills in what is on show, and passes over texts of which something is not known',
  async (t) => {
    const rules = [
      {
        id: 'price',
        keywords: ['钱'],
        say: ['{product.title}今天{product.price}，现在{time}，{viewers}人在看'],
      },
      { id: 'other', say: ['在小黄车里'] },
    ];
    const shown = { id: '7', title: '毛衣', price: '99元', index: 1, at: 0 };
    t.equal(await say(rules, chat('多少钱')), 'rule other: 在小黄车里');
    const known = { shown, viewers: 120 };
    t.equal(await say(rules, chat('多少钱'), known), 'rule price: 毛衣今天99元，现在20点5分，120人在看');
  },
);

void t.test('Phrasebook says everything once before anything again, and goes on where it was', (t) => {
  const texts = ['一', '二', '三', '四'];
  let state = 7;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  let book = new Phrasebook();
  const said: (string | undefined)[] = [];
  for (let round = 0; round < 400; round++) {
    said.push(book.draw('s', texts, {}, random));
    const next = new Phrasebook();
    next.restore(book.view());
    book = next;
  }
  t.ok(
    said.every((text, index) => text !== said[index - 1]),
    'never twice in a row',
  );
  t.same(new Set(said.slice(0, 4)).size, 4);
  t.equal(book.draw('one', ['只有'], {}, random), '只有');
  t.equal(book.draw('one', ['只有'], {}, random), '只有');
  t.equal(book.draw('none', [], {}, random), undefined);
  t.equal(book.fill('{a|a}{b}', { b: '乙' }, random), 'a乙');
  t.equal(
    book.fill('{{x}|没有}', {}, random),
    '没有',
    'a branch of which something is not known is not taken',
  );
  t.end();
});

void t.test('AnswerChain asks the next when one fails, and stops when it is told to', async (t) => {
  const failures: string[] = [];
  const answerer = (name: string, work: () => Answer | undefined): Answerer => ({
    name,
    answer: async () => await Promise.resolve(work()),
  });
  const broken = answerer('broken', () => {
    throw new Error('away');
  });
  const last = answerer('last', () => ({ text: '好', from: 'last', author: 'script' }));
  const chain = new AnswerChain([broken, answerer('silent', () => undefined), last], (_, name) =>
    failures.push(name),
  );
  const topic = topicOf([liveEvent({ body: chat('好') })]);
  t.match(await chain.answer(topic, context, signal), { from: 'last' });
  t.same(failures, ['broken']);
  await t.rejects(chain.answer(topic, context, AbortSignal.abort(new Error('stop'))), /stop/);
});

void t.test('Rules give up a pattern that takes too long, and say so; the other rules answer', async (t) => {
  const slow = { id: 'slow', pattern: '^(a+)+$', say: ['慢。'] };
  const text = `${'a'.repeat(60)}!`;
  t.equal(
    await say([slow, { id: 'other', keywords: ['aa'], say: ['好。'] }], chat(text)),
    'rule other: 好。',
  );
  await t.rejects(say([slow], chat(text)), /pattern of rule slow takes too long/);
  t.equal(await say([slow], chat('aaa')), 'rule slow: 慢。');
});

void t.test('Rules find keywords in any case, width and characters', async (t) => {
  const rules = [{ id: 'vip', keywords: ['VIP', '多少钱'], say: ['好。'] }];
  for (const text of ['vip有吗', 'ＶＩＰ有吗', '多少錢'])
    t.equal(await say(rules, chat(text)), 'rule vip: 好。');
});

void t.test('RoomMind holds back what must not be said, and names that must not', async (t) => {
  const words = {
    check: (text: string) => {
      if (text.includes('坏')) return { kind: 'blocked' as const, text: '' };
      return text.includes('微信')
        ? { kind: 'masked' as const, text: text.replace('微信', '＊＊') }
        : { kind: 'clean' as const, text };
    },
  };
  const mind = new RoomMind({
    room: 'demo',
    config: demo,
    words,
    onFailure: () => undefined,
    random: () => 0,
  });
  const read = (text: string) => mind.read(liveEvent({ body: chat(text) }), saturday, false);
  t.match(read('坏话'), { what: 'blocked', reason: /must not be said/ });
  t.match(read('加微信'), { text: '加＊＊' });
  const event = liveEvent({ body: chat('多少钱'), nickname: '坏人' });
  t.match(await mind.answer(topicOf([event]), saturday, signal), { text: /^这位朋友，/ });
});
