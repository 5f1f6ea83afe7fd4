import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import type { EventBody, LiveEvent } from '../../../protocol/event.ts';
import type { Outcome, Playhead, Segment } from '../../../protocol/speech.ts';
import type { Bus } from '../../../workers/bus.ts';
import { RoomHost } from '../../../workers/reply/room-host.ts';
import { liveEvent } from '../../support/events.ts';

const { reply } = configSchema.parse(demoConfig);

/** A bus that keeps what is published, and lets a test hold it up. */
function openDesk(options: { answered?: string[]; held?: Promise<void> } = {}) {
  const segments: Segment[] = [];
  const outcomes: Outcome[] = [];
  const publish = async (subject: string, type: string, body: unknown) => {
    await options.held;
    if (type === 'segment') segments.push(body as Segment);
    if (type === 'outcome') outcomes.push(body as Outcome);
    return { seq: 1, duplicate: false, subject };
  };
  const host = new RoomHost(
    {
      room: 'demo',
      config: { ...reply, mergeWindowMs: 0 },
      voice: 'cmn',
      bus: { publish } as unknown as Pick<Bus, 'publish'>,
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      lifeId: 'x',
      history: undefined,
      onProgress: () => undefined,
      count: () => undefined,
    },
    options.answered ?? [],
  );
  return { host, segments, outcomes };
}

function delivery(): { message: JsMsg; said: string[] } {
  const said: string[] = [];
  const message = { ack: () => said.push('ack'), working: () => said.push('working') } as unknown as JsMsg;
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

void t.test('RoomHost acks an event only when its answer is on the bus', async (t) => {
  const held = Promise.withResolvers<void>();
  const { host, segments } = openDesk({ held: held.promise });
  const { message, said } = delivery();
  const asked = chat();
  await host.take(asked, message);
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
  await host.take(asked, delivery().message);
  const again = delivery();
  await host.take(asked, again.message);
  await host.turn();
  t.same(again.said, ['ack'], 'the later delivery is the one that counts');
  const late = delivery();
  await host.take(asked, late.message);
  await host.turn();
  t.same(late.said, ['ack']);
  t.equal(segments.filter(({ causes }) => causes.length > 0).length, 1);
});

void t.test('RoomHost does not answer what an earlier process has answered', async (t) => {
  const asked = chat();
  const { host, segments } = openDesk({ answered: [asked.id] });
  const { message, said } = delivery();
  await host.take(asked, message);
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
    await host.take(paid, delivery().message);
    await host.take(asked, message);
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
