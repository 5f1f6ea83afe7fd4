import { EventEmitter, on } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { EventSink } from '../../../workers/ingest/frame-publisher.ts';
import { Journal } from '../../../workers/ingest/journal/journal.ts';
import { shedIds } from '../../../workers/ingest/journal/record.ts';
import { Outbox } from '../../../workers/ingest/outbox.ts';
import { enterEvent, likeEvent, liveEvent, paidEvent } from '../../support/events.ts';

/** A bus that is there, hangs, or is away; what it takes a second time is a repeat. */
class TestBus implements EventSink {
  readonly taken: string[] = [];
  repeats = 0;
  tries = 0;
  isAway = false;
  hangs = false;
  readonly #news = new EventEmitter();
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#news.setMaxListeners(0);
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  readonly bodies: LiveEvent[] = [];

  async publish(event: LiveEvent, signal: AbortSignal): Promise<void> {
    const { id } = event;
    this.tries += 1;
    this.#news.emit('news');
    while (this.isAway || this.hangs) await this.#change(signal);
    signal.throwIfAborted();
    if (this.taken.includes(id)) this.repeats += 1;
    else {
      this.taken.push(id);
      this.bodies.push(event);
    }
    this.#news.emit('news');
    await new Promise((resolve) => setImmediate(resolve));
  }

  set(state: { isAway?: boolean; hangs?: boolean }): void {
    Object.assign(this, state);
    for (const tell of this.#listeners) tell();
    this.#news.emit('news');
  }

  async until(is: () => boolean): Promise<void> {
    if (is()) return;
    for await (const _ of on(this.#news, 'news')) if (is()) return;
  }

  async #change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => reject(signal.reason as Error);
    this.#news.once('news', resolve);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await promise;
    } finally {
      this.#news.off('news', resolve);
      signal.removeEventListener('abort', stop);
    }
  }
}

interface SetUp {
  folder?: string;
  patienceMs?: number;
  maxEvents?: number;
  coalesceAbove?: number;
}

async function setUp(
  t: Test,
  { folder, patienceMs = 0, maxEvents = 100_000, coalesceAbove = Infinity }: SetUp = {},
) {
  const place = folder ?? join(t.testdir({}), 'demo');
  const bus = new TestBus();
  const stop = new AbortController();
  const news = new EventEmitter();
  const seen = { journalled: 0, flushed: 0, refused: 0, coalesced: 0, found: [] as string[] };
  const journal = await Journal.open({
    folder: place,
    onFound: ({ id }) => seen.found.push(id),
    onDamage: ({ error }) => {
      throw error;
    },
    onBytes: () => undefined,
    maxEvents,
  });
  const count = (name: 'journalled' | 'flushed' | 'refused' | 'coalesced', by: number) => {
    seen[name] += by;
    news.emit('news');
  };
  const outbox = new Outbox({
    sink: bus,
    presence: bus,
    journal,
    certain: async () => await Promise.resolve(),
    signal: stop.signal,
    onJournalled: (events) => count('journalled', events),
    onFlushed: (events) => count('flushed', events),
    onRefused: () => count('refused', 1),
    onCoalesced: () => count('coalesced', 1),
    coalesceAbove,
    patienceMs,
  });
  const until = async (is: () => boolean): Promise<void> => {
    if (is()) return;
    for await (const _ of on(news, 'news')) if (is()) return;
  };
  const close = async (): Promise<void> => {
    await outbox[Symbol.asyncDispose]();
    await journal[Symbol.asyncDispose]();
  };
  t.teardown(close);
  const { bodies } = bus;
  return { bus, bodies, stop, seen, journal, outbox, until, close, folder: place };
}

const events = (count: number): LiveEvent[] => Array.from({ length: count }, () => liveEvent({}));
const idsOf = (of: LiveEvent[]): string[] => of.map(({ id }) => id);
const files = (folder: string): string[] => readdirSync(folder);

void t.test('publish() brings events to the bus in order, and makes no file', async (t) => {
  const { bus, outbox, seen, folder } = await setUp(t, { patienceMs: 60_000 });
  const all = events(100);
  await Promise.all(all.map(async (event) => await outbox.publish(event)));
  t.same(bus.taken, idsOf(all));
  t.equal(bus.tries, 100);
  t.same(seen, { journalled: 0, flushed: 0, refused: 0, coalesced: 0, found: [] });
  t.throws(() => files(folder), { code: 'ENOENT' });
});

void t.test('publish() begins again from the oldest event when the bus was lost for a moment', async (t) => {
  const { bus, outbox, seen } = await setUp(t, { patienceMs: 60_000 });
  const [first, ...others] = events(50);
  if (!first) throw new Error('No event');
  await outbox.publish(first);
  bus.hangs = true;
  const kept = others.map(async (event) => await outbox.publish(event));
  await bus.until(() => bus.tries === 33);
  bus.set({ isAway: true, hangs: false });
  bus.set({ isAway: false });
  await Promise.all(kept);
  t.same(bus.taken, idsOf([first, ...others]));
  t.equal(seen.journalled, 0);
});

void t.test(
  'publish() journals what has waited too long, and flushes it before anything newer',
  async (t) => {
    const { bus, outbox, seen, until, journal, folder } = await setUp(t);
    bus.set({ isAway: true });
    const early = events(1_000);
    await Promise.all(early.map(async (event) => await outbox.publish(event)));
    t.equal(seen.journalled, 1_000, 'kept without the bus');
    t.equal(bus.taken.length, 0);
    const late = events(500);
    const kept = late.map(async (event) => await outbox.publish(event));
    bus.set({ isAway: false });
    await Promise.all(kept);
    await bus.until(() => bus.taken.length === 1_500);
    t.same(bus.taken, idsOf([...early, ...late]));
    t.equal(bus.repeats, 0);
    await outbox.publish(liveEvent({}));
    await until(() => seen.flushed === seen.journalled);
    t.equal(journal.isEmpty, true);
    await journal[Symbol.asyncDispose]();
    t.same(files(folder), []);
  },
);

void t.test('publish() journals what hangs in a bus that seems to be there', async (t) => {
  const { bus, outbox, until, seen } = await setUp(t, { patienceMs: 20 });
  bus.hangs = true;
  const all = events(40);
  const kept = all.map(async (event) => await outbox.publish(event));
  await until(() => seen.journalled >= 32);
  bus.set({ hangs: false });
  await Promise.all(kept);
  await bus.until(() => bus.taken.length === 40);
  t.same(bus.taken, idsOf(all), 'in order, each once');
});

void t.test('a successor flushes what its predecessor left, also when it fails in the middle', async (t) => {
  const first = await setUp(t);
  first.bus.set({ isAway: true });
  const early = events(700);
  await Promise.all(early.map(async (event) => await first.outbox.publish(event)));
  await first.close();

  const second = await setUp(t, { folder: first.folder });
  t.same(second.seen.found, idsOf(early));
  await second.bus.until(() => second.bus.taken.length >= 400);
  second.bus.set({ isAway: true });
  await second.close();

  const third = await setUp(t, { folder: first.folder });
  const late = liveEvent({});
  await third.outbox.publish(late);
  await third.bus.until(() => third.bus.taken.includes(late.id));
  const { seen } = third;
  await third.until(() => seen.flushed === seen.found.length + seen.journalled);
  const order = [...new Set([...second.bus.taken, ...third.bus.taken])];
  t.same(order, idsOf([...early, late]));
  t.ok(third.bus.taken.length < 701, 'what was flushed is not flushed again');
  await third.close();
  t.same(files(first.folder), []);
});

void t.test(
  'publish() keeps nothing while the disk takes nothing, and goes on as soon as it does',
  async (t) => {
    const root = t.testdir({});
    const folder = join(root, 'demo');
    const { bus, outbox, until, seen } = await setUp(t, { folder });
    writeFileSync(folder, 'in the way');
    bus.set({ isAway: true });
    let kept = 0;
    const all = events(3);
    const keeping = all.map(async (event) => {
      await outbox.publish(event);
      kept += 1;
    });
    await until(() => seen.refused === 1);
    t.equal(kept, 0);
    rmSync(folder);
    mkdirSync(folder);
    await Promise.all(keeping);
    t.equal(seen.journalled, 3);
    bus.set({ isAway: false });
    await bus.until(() => bus.taken.length === 3);
    t.same(bus.taken, idsOf(all));
  },
);

void t.test('publish() goes to the bus when the journal is full, once that is flushed', async (t) => {
  const { bus, outbox, until, seen } = await setUp(t, { maxEvents: 10 });
  bus.set({ isAway: true });
  const all = Array.from({ length: 15 }, () => paidEvent());
  await Promise.all(all.slice(0, 10).map(async (event) => await outbox.publish(event)));
  const kept = all.slice(10).map(async (event) => await outbox.publish(event));
  await until(() => seen.refused === 1);
  bus.set({ isAway: false });
  await Promise.all(kept);
  t.same(bus.taken, idsOf(all));
});

void t.test('publish() keeps what was paid for and sheds the rest when the journal is full', async (t) => {
  const { bus, outbox, until, seen, journal } = await setUp(t, { maxEvents: 10 });
  bus.set({ isAway: true });
  const likes = Array.from({ length: 40 }, () => likeEvent());
  const gifts = Array.from({ length: 8 }, () => paidEvent());
  const mixed = likes.flatMap((like, index) => [
    like,
    ...(index % 5 === 0 ? gifts.slice(index / 5, index / 5 + 1) : []),
  ]);
  await Promise.all(mixed.map(async (event) => await outbox.publish(event)));
  t.equal(seen.refused, 0);
  bus.set({ isAway: false });
  await until(() => seen.flushed > 0 && !journal.hasMore);
  await bus.until(() => gifts.every(({ id }) => bus.taken.includes(id)));
  const paid = bus.taken.filter((id) => gifts.some((gift) => gift.id === id));
  t.same(paid, idsOf(gifts), 'all of them, in order');
  const shed: string[] = [];
  for (let entry = await journal.nextShed(); entry; entry = await journal.nextShed()) {
    shed.push(...[...shedIds(entry.shed)].map(({ id }) => id));
    journal.shedTold(entry);
  }
  await outbox.untilEmpty(AbortSignal.timeout(60_000));
  t.same([...shed, ...bus.taken].toSorted(), idsOf(mixed).toSorted(), 'everything is accounted for, once');
});

void t.test('publish() merges the likes and enters of a burst, and nothing else', async (t) => {
  const { bus, outbox, bodies, seen } = await setUp(t, { patienceMs: 60_000, coalesceAbove: 3 });
  bus.hangs = true;
  const all = [
    paidEvent(),
    ...Array.from({ length: 10 }, () => likeEvent(2)),
    ...Array.from({ length: 10 }, () => paidEvent()),
    ...Array.from({ length: 5 }, () => enterEvent()),
    ...events(10),
  ];
  let kept = 0;
  const keeping = all.map(async (event) => {
    await outbox.publish(event);
    kept += 1;
  });
  await bus.until(() => bus.tries > 0);
  t.equal(kept, 0, 'an event is kept when the one that stands for it is');
  bus.set({ hangs: false });
  await Promise.all(keeping);
  t.equal(seen.coalesced, 9);
  const ids = bodies.flatMap(({ id, coalesced = [] }) => [id, ...coalesced]);
  t.same(ids.toSorted(), idsOf(all).toSorted(), 'each id once');
  t.equal(
    bodies.reduce((sum, event) => sum + (event.kind === 'like' ? event.count : 0), 0),
    20,
  );
  const others = all.filter(({ kind }) => kind !== 'like' && kind !== 'enter');
  t.same(
    bus.taken.filter((id) => others.some((other) => other.id === id)),
    idsOf(others),
  );
});

void t.test('publish() merges nothing into an event that may have arrived already', async (t) => {
  const { bus, outbox, bodies } = await setUp(t, { patienceMs: 60_000, coalesceAbove: 1 });
  bus.hangs = true;
  const first = outbox.publish(likeEvent(1));
  await bus.until(() => bus.tries === 1);
  const more = [likeEvent(1), likeEvent(1)].map(async (event) => await outbox.publish(event));
  bus.set({ isAway: true, hangs: false });
  bus.set({ isAway: false });
  await Promise.all([first, ...more]);
  t.same(
    bodies.map((event) => (event.kind === 'like' ? event.count : 0)),
    [1, 2],
  );
});

void t.test('publish() rejects when the outbox is stopped or closed, and leaves no listener', async (t) => {
  const { bus, outbox, stop, close } = await setUp(t, { patienceMs: 60_000 });
  bus.set({ isAway: true });
  const waiting = outbox.publish(liveEvent({}));
  stop.abort(new Error('stop'));
  await t.rejects(waiting, { message: 'stop' });
  await t.rejects(outbox.publish(liveEvent({})), { message: 'stop' });
  await close();
  await close();
  t.equal(bus.listeners, 0);
  const other = await setUp(t, { patienceMs: 60_000 });
  other.bus.set({ isAway: true });
  const closing = t.rejects(other.outbox.publish(liveEvent({})), { message: 'The outbox is closed' });
  await other.close();
  await closing;
});
