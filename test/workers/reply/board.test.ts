import t from 'tap';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import { Board } from '../../../workers/reply/board.ts';
import { liveEvent } from '../../support/events.ts';

const options = { mergeWindowMs: 2_500, likeEveryMs: 30_000, maxWaiting: 100 };
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

void t.test('Board loses no event and gives none twice, whatever happens', (t) => {
  const broken: string[] = [];
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const board = new Board({ ...options, maxWaiting: 20 });
    const added = new Set<string>();
    const out: string[] = [];
    let now = start;
    const makers = [chat, enter, like, () => gift(1, {}, String(Math.floor(random() * 3)))];
    for (let round = 0; round < 200; round++) {
      now += Math.floor(random() * 2_000);
      const make = makers[Math.floor(random() * makers.length)] ?? chat;
      const event = { ...make(), expiresAt: now + Math.floor(random() * 20_000) };
      added.add(event.id);
      out.push(...board.add(event, now).map((gone) => gone.event.id));
      out.push(...board.expire(now).map((gone) => gone.event.id));
      if (random() < 0.3) out.push(...(board.take(now, always)?.events ?? []).map(({ id }) => id));
    }
    out.push(...board.clearUnpaid('end').map((gone) => gone.event.id));
    for (let topic = board.take(now, always, true); topic; topic = board.take(now, always, true)) {
      out.push(...topic.events.map(({ id }) => id));
    }
    if (board.size !== 0 || out.length !== added.size || new Set(out).size !== out.length) {
      broken.push(`seed ${seed}: ${added.size} in, ${out.length} out, ${board.size} left`);
    }
  }
  t.same(broken, []);
  t.end();
});
