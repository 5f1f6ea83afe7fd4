import t from 'tap';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import { Board } from '../../../workers/reply/board.ts';
import { liveEvent } from '../../support/events.ts';

const options = {
  mergeWindowMs: 2_500,
  likeEveryMs: 30_000,
  maxWaiting: 100,
  sampling: {},
  smallGiftDiamonds: 0,
  maxPaidTopics: 50,
  ageingMs: 15_000,
  paidInARow: 5,
  similarity: 0.8,
};
const start = 1_700_000_000_000;
const always = () => true;

const chat = (text = '你好'): LiveEvent => liveEvent({ body: { kind: 'chat', text, luckyBag: false } });
const gift = (count: number, extra: Partial<EventBody & { kind: 'gift' }> = {}, viewerId = '1'): LiveEvent =>
  liveEvent({
    viewerId,
    body: {
      kind: 'gift',
      giftId: '463',
      name: '小心心',
      count,
      total: count,
      diamonds: 1,
      streak: '7',
      streakEnd: false,
      ...extra,
    },
  });
const enter = (): LiveEvent => liveEvent({ body: { kind: 'enter', viewers: 3 } });
const like = (): LiveEvent => liveEvent({ body: { kind: 'like', count: 1, total: 9 } });

void t.test('take() gives money first, then questions, then greetings', (t) => {
  const board = new Board(options);
  for (const event of [enter(), like(), chat(), gift(1)]) board.add(event, start);
  const order = liveEvent({
    body: { kind: 'order', orderId: '1', status: '', productId: '', product: '毛衣', count: 1 },
  });
  board.add(order, start);
  const kinds: (string | undefined)[] = [];
  for (let round = 0; round < 5; round++) kinds.push(board.take(start + 3_000, always)?.kind);
  t.same(kinds, ['order', 'gift', 'chat', 'enter', 'like']);
  t.equal(board.size, 0);
  t.end();
});

void t.test('take() gives the oldest of a kind, and nothing whose priority may not speak', (t) => {
  const board = new Board(options);
  const first = chat('一');
  board.add(first, start);
  board.add(chat('二'), start + 1);
  t.equal(
    board.take(start + 2, (priority) => priority === 'urgent'),
    undefined,
  );
  t.equal(board.take(start + 2, always)?.events[0]?.id, first.id);
  t.end();
});

void t.test('take() gives presses of one streak together once it rests', (t) => {
  const board = new Board(options);
  board.add(gift(1), start);
  board.add(gift(3), start + 2_000);
  board.add(gift(1, {}, '2'), start + 2_000);
  t.equal(board.take(start + 3_000, always), undefined, 'the streak may go on');
  const topics = [board.take(start + 4_600, always), board.take(start + 4_600, always)];
  t.same(
    topics.map((topic) => topic?.events.length),
    [2, 1],
    'another viewer’s is another topic',
  );
  board.add(gift(5, { streakEnd: true }), start + 5_000);
  t.equal(board.take(start + 5_000, always)?.events.length, 1, 'an ended streak does not wait');
  t.end();
});

void t.test('take() does not wait for ever for a streak that never rests', (t) => {
  const board = new Board(options);
  let taken;
  let now = start;
  for (; !taken && now < start + 60_000; now += 1_000) {
    board.add(gift(1), now);
    taken = board.take(now, always);
  }
  t.ok(taken && now <= start + 17_000);
  t.end();
});

void t.test('take() merges greetings, and thanks for likes only now and then', (t) => {
  const board = new Board(options);
  for (let index = 0; index < 4; index++) board.add(enter(), start + index);
  board.add(like(), start);
  t.equal(board.take(start + 2_600, always)?.events.length, 4);
  t.equal(board.take(start + 2_600, always)?.kind, 'like');
  board.add(like(), start + 3_000);
  t.equal(board.take(start + 20_000, always), undefined, 'too soon');
  t.equal(board.take(start + 33_000, always)?.kind, 'like');
  t.end();
});

void t.test('expire() lets go what waited too long, and only that', (t) => {
  const board = new Board(options);
  const old = liveEvent({ expiresAt: start + 10 });
  board.add(old, start);
  board.add(chat(), start);
  t.same(board.expire(start + 10), [{ event: old, what: 'expired', reason: 'waited too long' }]);
  t.equal(board.size, 1);
  t.match(board.add(liveEvent({ expiresAt: start }), start + 1), [{ what: 'expired' }]);
  t.end();
});

void t.test('add() sheds the least worth when too much waits, and never what was paid for', (t) => {
  const board = new Board({ ...options, maxWaiting: 4 });
  const events = [like(), enter(), chat(), gift(1), gift(2), gift(3), gift(4), gift(5)];
  const shed = events
    .flatMap((event) => board.add(event, start))
    .map(({ event, what }) => `${what} ${event.kind}`);
  t.same(shed, ['shed like', 'shed enter', 'shed chat']);
  t.equal(board.size, 5);
  t.end();
});

void t.test('add() says at once of what nobody answers, and takes an event only once', (t) => {
  const board = new Board(options);
  const stats = liveEvent({ body: { kind: 'stats', online: 1, total: 2, text: '' } });
  t.match(board.add(stats, start), [{ what: 'skipped', reason: 'informational' }]);
  const event = chat();
  board.add(event, start);
  t.same(board.add(event, start), []);
  t.equal(board.size, 1);
  t.end();
});

void t.test('take() never gives more than 200 events at once, and loses none of a longer streak', (t) => {
  const board = new Board(options);
  for (let index = 0; index < 1_001; index++) board.add(gift(1), start);
  const sizes: number[] = [];
  for (let topic = board.take(start + 3_000, always); topic; topic = board.take(start + 3_000, always)) {
    sizes.push(topic.events.length);
  }
  t.same(sizes, [200, 200, 200, 200, 200, 1]);
  t.end();
});

/** Each text is a question of its own. */
const asked = (text: string, viewerId?: string): LiveEvent =>
  liveEvent({ body: { kind: 'chat', text, luckyBag: false }, ...(viewerId ? { viewerId } : {}) });

void t.test('take() gives what is worth more first, until the other has waited long', (t) => {
  const board = new Board(options);
  board.add(gift(1, { diamonds: 10, streakEnd: true }, '1'), start);
  board.add(gift(1, { diamonds: 1_000, streakEnd: true }, '2'), start + 1);
  board.add(gift(1, { diamonds: 100, streakEnd: true }, '3'), start + 40_000);
  const worths = [1, 2, 3].map(() => board.take(start + 40_000, always)?.worth);
  t.same(worths, [1_000, 10, 100], '10 diamonds have waited for more than two steps');
  const priced = new Board({ ...options, priceOf: (id) => (id === 'dear' ? 999 : 1) });
  const order = (productId: string): LiveEvent =>
    liveEvent({ body: { kind: 'order', orderId: '', status: '', productId, product: '', count: 2 } });
  priced.add(order('cheap'), start);
  priced.add(order('dear'), start);
  t.equal(priced.take(start, always)?.worth, 19_980);
  t.end();
});

void t.test('take() lets an old greeting rise past younger questions', (t) => {
  const board = new Board(options);
  board.add(enter(), start);
  board.add(asked('多少钱'), start + 46_000);
  t.equal(board.take(start + 46_000, always)?.kind, 'enter');
  t.end();
});

void t.test('take() gives a viewer who has waited long a turn among endless gifts, first of all', (t) => {
  const board = new Board(options);
  board.add(asked('多少钱'), start);
  const taken: string[] = [];
  for (let round = 0; round < 12; round++) {
    const now = start + 15_000 + round;
    board.add(gift(1, { streakEnd: true }, `viewer ${round}`), now);
    const topic = board.take(now, (priority) => priority === 'urgent');
    taken.push(`${topic?.kind} ${topic?.priority}`);
  }
  t.equal(taken.indexOf('chat urgent'), 5);
  t.end();
});

void t.test('add() puts questions that are alike into one topic, and not those about another size', (t) => {
  const board = new Board(options);
  for (const text of ['这个多少钱', '这个多少钱啊？', '这个 多少钱', '160穿什么码', '170穿什么码', '好看'])
    board.add(asked(text), start);
  const topics = [];
  for (let topic = board.take(start, always); topic; topic = board.take(start, always)) topics.push(topic);
  t.same(
    topics.map(({ events }) => events.length),
    [3, 1, 1, 1],
  );
  t.end();
});

void t.test('take() thanks several for small gifts at once, and each large one by itself', (t) => {
  const board = new Board({ ...options, smallGiftDiamonds: 50 });
  for (const viewer of ['1', '2', '3']) board.add(gift(2, { streakEnd: true }, viewer), start);
  board.add(gift(1, { diamonds: 66, streakEnd: true }, '4'), start);
  const sizes = [1, 2].map(() => board.take(start, always)?.events.length);
  t.same(sizes, [1, 3]);
  t.equal(board.size, 0);
  t.end();
});

void t.test('add() keeps the last of a kind within a window, and says which it let go', (t) => {
  const board = new Board({ ...options, sampling: { enter: { keep: 2, everyMs: 10_000 } } });
  const events = [enter(), enter(), enter()];
  const gone = events.flatMap((event) => board.add(event, start));
  t.match(gone, [{ event: { id: events[0]?.id }, what: 'shed', reason: 'more than 2 within 10 s' }]);
  t.same(board.add(enter(), start + 10_000), [], 'the window has passed');
  t.equal(board.size, 3);
  t.end();
});

void t.test('add() joins what was paid for when too much of it waits: of a viewer first', (t) => {
  const board = new Board({ ...options, maxPaidTopics: 3 });
  for (const [index, viewer] of ['1', '1', '2', '3'].entries())
    board.add(gift(1, { streak: `s${index}`, streakEnd: true }, viewer), start);
  t.equal(board.topics, 3);
  board.add(gift(1, { streak: 'x', streakEnd: true }, '4'), start);
  t.equal(board.topics, 3);
  const viewers: string[][] = [];
  for (let topic = board.take(start, always); topic; topic = board.take(start, always))
    viewers.push(topic.events.map(({ viewer }) => viewer?.id ?? ''));
  t.ok(viewers.some((each) => each.filter((id) => id === '1').length === 2));
  t.same(viewers.flat().toSorted(), ['1', '1', '2', '3', '4'], 'none is lost');
  t.end();
});

function lottery(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

void t.test('Board loses no event and gives none twice, within its bounds, whatever happens', (t) => {
  const broken: string[] = [];
  for (let seed = 1; seed <= 300; seed++) {
    const random = lottery(seed);
    const some = (count: number) => String(Math.floor(random() * count));
    const limits = { ...options, maxWaiting: 20, maxPaidTopics: 4, smallGiftDiamonds: 5 };
    const sampling = { chat: { keep: 5, everyMs: 3_000 }, enter: { keep: 3, everyMs: 3_000 } };
    const board = new Board({ ...limits, sampling });
    const added = new Set<string>();
    const out: string[] = [];
    const fail = (what: string) => broken.push(`seed ${seed}: ${what}`);
    let now = start;
    const makers = [
      () => asked(`问题${some(9)}`),
      enter,
      like,
      () => gift(1, { streak: some(4), diamonds: Number(some(30)) }, some(3)),
      () =>
        liveEvent({
          viewerId: some(3),
          body: { kind: 'order', orderId: '', status: '', productId: '', product: '', count: 1 },
        }),
    ];
    const give = (hurry = false): boolean => {
      const topic = board.take(now, always, hurry);
      out.push(...(topic?.events ?? []).map(({ id }) => id));
      if (topic && topic.events.length > 200) fail('more than 200 at once');
      if (topic && topic.events.some(({ kind }) => kind !== topic.kind)) fail('two kinds in a topic');
      return topic !== undefined;
    };
    let paid = 0;
    for (let round = 0; round < 200; round++) {
      now += Math.floor(random() * 2_000);
      const make = makers[Math.floor(random() * makers.length)] ?? enter;
      const event = { ...make(), expiresAt: now + Math.floor(random() * 20_000) };
      if (event.kind === 'gift' || event.kind === 'order') paid += 1;
      added.add(event.id);
      const gone = [...board.add(event, now), ...board.expire(now)];
      if (gone.some((each) => each.reason === '')) fail('no reason');
      if (
        gone.some(({ event: { kind }, what }) => (kind === 'gift' || kind === 'order') && what !== 'expired')
      )
        fail('let go what was paid for');
      out.push(...gone.map((each) => each.event.id));
      if (board.size > 20 + paid || board.topics > 20 + 4 + 1) fail(`${board.size} in ${board.topics}`);
      if (random() < 0.3) give();
    }
    out.push(...board.clearUnpaid('end').map((gone) => gone.event.id));
    while (give(true));
    if (board.size !== 0 || out.length !== added.size || new Set(out).size !== out.length)
      fail(`${added.size} in, ${out.length} out, ${board.size} left`);
  }
  t.same(broken, []);
  t.end();
});

void t.test('Board gives money first, but nobody waits for ever', (t) => {
  const broken: string[] = [];
  for (let seed = 1; seed <= 60; seed++) {
    const random = lottery(seed);
    const board = new Board(options);
    const lasting = (event: LiveEvent) => ({ ...event, expiresAt: start + 3_600_000 });
    let now = start;
    let waited = 0;
    for (let round = 0; round < 400; round++) {
      now += 1_000;
      for (let count = 0; count < 2; count++)
        board.add(lasting(gift(1, { streakEnd: true, streak: `${round} ${count}` }, String(random()))), now);
      if (random() < 0.05) board.add(lasting(asked(`${seed} ${round} 问`)), now);
      const topic = board.take(now, always);
      if (topic?.kind === 'chat') waited = Math.max(waited, now - topic.firstAt);
      const isEarly = topic?.kind === 'chat' && now - topic.firstAt < options.ageingMs;
      if (isEarly) broken.push(`seed ${seed}: a chat before money`);
    }
    if (waited > 150_000) broken.push(`seed ${seed}: a chat waited for ${waited} ms`);
    const kinds = new Set<string>();
    for (let topic = board.take(now, always); topic; topic = board.take(now, always)) kinds.add(topic.kind);
    if (!kinds.has('gift')) broken.push(`seed ${seed}: no gift was left`);
  }
  t.same(broken, []);
  t.end();
});
