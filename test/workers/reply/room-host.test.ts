import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import { utteranceId } from '../../../protocol/ids.ts';
import type { Outcome, Playhead, Segment } from '../../../protocol/speech.ts';
import type { Bus } from '../../../workers/bus.ts';
import { RoomHost } from '../../../workers/reply/room-host.ts';
import { segmentsOf } from '../../../workers/reply/utterance.ts';
import { liveEvent } from '../../support/events.ts';

const { reply } = configSchema.parse(demoConfig);

/** A bus that keeps what is published, knows what a test says is there already, and lets a test hold it up. */
function openDesk(options: { held?: Promise<void>; there?: Segment[]; isWanted?: () => boolean } = {}) {
  const segments: Segment[] = [];
  const outcomes: Outcome[] = [];
  /** Which answers were promised, and how many segments were on the bus by then. */
  const promises: [string, number][] = [];
  const publish = async (subject: string, type: string, body: unknown) => {
    await options.held;
    const there = (options.there ?? []).findIndex(({ id }) => id === (body as Segment).id);
    if (there >= 0) return { seq: there, duplicate: true };
    if (type === 'segment') segments.push(body as Segment);
    if (type === 'outcome') outcomes.push(body as Outcome);
    return { seq: 1, duplicate: false, subject };
  };
  async function* read(...[, , { from }]: Parameters<Bus['read']>) {
    yield { body: options.there?.['seq' in from ? from.seq : 0] };
  }
  const drain = new AbortController();
  const work = { inFlight: 0 };
  const host = new RoomHost({
    room: 'demo',
    config: { ...reply, mergeWindowMs: 0 },
    voice: 'cmn',
    bus: { publish, read } as unknown as Pick<Bus, 'publish' | 'read'>,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    draining: drain.signal,
    lifeId: 'x',
    holdTreated: () => ({ [Symbol.dispose]: () => undefined }),
    onWork: (change) => (work.inFlight += change),
    isWanted: () => options.isWanted?.() ?? true,
    promise: (id) => promises.push([id, segments.length]),
    count: () => undefined,
  });
  return { host, segments, outcomes, promises, drain, work };
}

function delivery(seq = 1): { message: JsMsg; said: string[] } {
  const said: string[] = [];
  const answers = {
    ack: () => said.push('ack'),
    nak: () => said.push('nak'),
    working: () => said.push('working'),
  };
  const message = { ...answers, seq } as unknown as JsMsg;
  return { message, said };
}

const now = Date.now();
const event = (body: EventBody): LiveEvent => liveEvent({ body, at: now, expiresAt: now + 60_000 });
const chat = () => event({ kind: 'chat', text: '多少钱', luckyBag: false });
const gift = () =>
  event({
    kind: 'gift',
    giftId: '1',
    name: '玫瑰',
    count: 1,
    total: 1,
    diamonds: 1,
    streak: 'a',
    streakEnd: true,
  });

/** What another process has published. */
function saidBefore(
  id: string,
  events: LiveEvent[],
  sentences = ['先说的第一句话。', '先说的第二句话。'],
): Segment[] {
  const common = { room: 'demo', priority: 'normal' as const, voice: 'cmn', now, expiresAt: now + 60_000 };
  return segmentsOf({ ...common, id, sentences, events, idleScript: '' });
}

void t.test('RoomHost acks an event only when its answer is on the bus', async (t) => {
  const held = Promise.withResolvers<void>();
  const { host, segments } = openDesk({ held: held.promise });
  const { message, said } = delivery();
  const asked = chat();
  host.take(asked, message);
  const turn = host.turn();
  host.keepAlive();
  t.same(said, ['working']);
  held.resolve();
  await turn;
  t.same(said, ['working', 'ack']);
  t.match(segments[0], { priority: 'normal', causes: [{ eventId: asked.id, merged: false }] });
  host.keepAlive();
  t.same(said, ['working', 'ack'], 'what is settled is no longer held');
});

void t.test('RoomHost answers an event once, however often it is delivered', async (t) => {
  const asked = chat();
  const { host, segments } = openDesk();
  host.take(asked, delivery().message);
  const again = delivery();
  host.take(asked, again.message);
  await host.turn();
  t.same(again.said, ['ack'], 'the later delivery is the one that counts');
  const late = delivery();
  host.take(asked, late.message);
  await host.turn();
  t.same(late.said, ['ack']);
  const answers = segments.filter(({ causes }) => causes.length > 0).map(({ utteranceId }) => utteranceId);
  t.equal(new Set(answers).size, 1);
});

void t.test('RoomHost does not answer what an earlier process has answered', async (t) => {
  const asked = chat();
  const { host, segments } = openDesk();
  for (const segment of saidBefore('u:before', [chat(), asked])) host.observe(segment);
  const { message, said } = delivery();
  host.take(asked, message);
  await host.turn();
  t.same(said, ['ack']);
  t.same(
    segments.filter(({ causes }) => causes.length > 0),
    [],
  );
});

void t.test('RoomHost keeps the show going, but not ahead of what is still to be heard', async (t) => {
  const { host, segments } = openDesk();
  await host.turn();
  const first = segments.length;
  t.ok(first > 0 && segments.every(({ priority }) => priority === 'idle'));
  await host.turn();
  await host.turn();
  t.equal(segments.length, first, 'nothing more while the first is not heard');
  const playhead: Playhead = {
    room: 'demo',
    at: now,
    state: 'idle',
    queuedMs: 0,
    utteranceId: '',
    segmentIndex: 0,
    offsetMs: 0,
    resumeSeq: 1,
    ended: [segments[0]?.utteranceId ?? ''],
    partial: [],
    queued: [],
    output: 'file',
  };
  host.hear(playhead);
  await host.turn();
  t.ok(segments.length > first, 'the next script once it is');
});

void t.test(
  'RoomHost says at the end what was paid for, and lets go of the rest with a reason',
  async (t) => {
    const { host, segments, outcomes } = openDesk();
    const [paid, asked] = [gift(), chat()];
    const { message, said } = delivery();
    host.take(paid, delivery().message);
    host.take(asked, message);
    await host.finish();
    t.same(
      segments.map(({ priority, causes }) => ({ priority, id: causes[0]?.eventId })),
      [{ priority: 'urgent', id: paid.id }],
    );
    t.match(outcomes, [{ what: 'skipped', eventId: asked.id, reason: 'stopping' }]);
    t.same(said, ['ack']);
    t.equal(host.waiting, 0);
  },
);

void t.test('RoomHost that hands over gives its board back in order, with no outcome', async (t) => {
  const held = Promise.withResolvers<void>();
  const { host, segments, outcomes, drain, work } = openDesk({ held: held.promise });
  const order: number[] = [];
  const take = (seq: number) => {
    const { message, said } = delivery(seq);
    host.take(chat(), { ...message, nak: () => order.push(seq) } as JsMsg);
    return said;
  };
  const said = take(2);
  const turn = host.turn();
  t.equal(work.inFlight, 0, 'a turn begins when the one before it is over');
  await new Promise(setImmediate);
  t.equal(work.inFlight, 1);
  for (const seq of [5, 3, 4]) take(seq);
  drain.abort();
  held.resolve();
  await host.giveBack();
  await turn;
  t.equal(
    segments.filter(({ causes, index }) => causes.length > 0 && index === 0).length,
    1,
    'what was begun',
  );
  t.same(said, ['ack']);
  t.same(order, [3, 4, 5]);
  t.same(outcomes, []);
  t.equal(work.inFlight, 0);
});

void t.test('RoomHost finishes what another process had half said, once', async (t) => {
  const said = saidBefore('u:half', [chat()], ['第一句话在这里。', '第二句话在这里。', '第三句话在这里。']);
  const { host, segments } = openDesk();
  for (const segment of said.slice(0, 2)) host.observe(segment);
  t.same(segments, [], 'nothing while it is a spare');
  await host.begin();
  await host.begin();
  t.same(segments, said.slice(2));
});

void t.test('RoomHost does not speak over what another process has released', async (t) => {
  const { host, segments } = openDesk();
  for (const segment of saidBefore('u:long', [chat()], ['这是很长的一句话'.repeat(10)]))
    host.observe(segment);
  await host.turn();
  t.same(segments, []);
});

void t.test('RoomHost finishes as it was begun what it had not seen of another process', async (t) => {
  const [known, later] = [chat(), chat()];
  const there = saidBefore(utteranceId(known.id), [known]);
  const { host, segments } = openDesk({ there: there.slice(0, 1) });
  const [first, second] = [delivery(1), delivery(2)];
  host.take(known, first.message);
  host.take(later, second.message);
  await host.turn();
  t.same(segments[0], there[1], 'its rest, not a text of our own');
  t.same([first.said, second.said], [['ack'], []], 'the second waits until the first is nearly heard');
});

void t.test('RoomHost writes down why it does not look at an event', async (t) => {
  const { host, outcomes } = openDesk();
  const { message, said } = delivery();
  const asked = chat();
  host.refuse(asked, message, { what: 'failed', reason: 'poison' });
  await host.finish();
  t.match(outcomes, [{ what: 'failed', reason: 'poison', eventId: asked.id }]);
  t.same(said, ['ack']);
});

void t.test('RoomHost promises an answer before any of it is on the bus, and no script', async (t) => {
  const { host, segments, promises } = openDesk();
  const asked = chat();
  host.take(asked, delivery().message);
  await host.turn();
  t.same(promises, [[utteranceId(asked.id), 0]]);
  t.ok(segments.some(({ priority }) => priority === 'normal'));
});

void t.test(
  'RoomHost of a room that was stopped answers what was paid for, and says nothing else',
  async (t) => {
    let isWanted = true;
    const { host, segments, outcomes } = openDesk({ isWanted: () => isWanted });
    const [asked, paid] = [chat(), gift()];
    isWanted = false;
    host.take(asked, delivery().message);
    host.take(paid, delivery(2).message);
    await host.turn();
    await host.turn();
    t.same(
      segments.flatMap(({ causes }) => causes.map(({ eventId }) => eventId)),
      [paid.id],
    );
    t.ok(segments.every(({ priority }) => priority === 'urgent'));
    t.match(outcomes, [{ eventId: asked.id, what: 'skipped', reason: 'the room is stopped' }]);
    const before = segments.length;
    isWanted = true;
    await host.turn();
    t.ok(
      segments.slice(before).every(({ priority }) => priority === 'idle'),
      'idle talk goes on',
    );
  },
);
