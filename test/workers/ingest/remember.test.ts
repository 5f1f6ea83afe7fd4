import t from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import { eventSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../../workers/bus.ts';
import { BusPresence } from '../../../workers/ingest/bus-presence.ts';
import type { Heard } from '../../../workers/ingest/id-follower.ts';
import { recallIds } from '../../../workers/ingest/remember.ts';
import { RoomEvents } from '../../../workers/ingest/room-events.ts';
import { openLogger } from '../../../workers/logger.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { liveEvent } from '../../support/events.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = openLogger({});
log.level = 'silent';

const ttls = { chatTtlMs: 60_000, paidTtlMs: 1_800_000, greetingTtlMs: 20_000 };
const everyMs = 10;
const tenMinutes = 600_000 / everyMs;

/** A room that has been lively for ten minutes; its last event is really on the bus, as who recalls asks when that was. */
class LivelyBus {
  readonly events: { seq: number; timeMs: number; body: LiveEvent }[] = [];
  readonly bus: Pick<Bus, 'read' | 'connection'>;

  constructor({ connection }: Bus, lastMs: number) {
    for (let ago = tenMinutes; ago >= 0; ago--) {
      const body = liveEvent({ id: `demo:douyin:${7_260_517_442_466_662_207n - BigInt(ago)}` });
      this.events.push({ seq: 1 - ago, timeMs: lastMs - ago * everyMs, body });
    }
    const { events } = this;
    async function* read(_stream: string, _type: string, { from }: { from: { timeMs: number } }) {
      await Promise.resolve();
      yield* events.filter(({ timeMs }) => timeMs >= from.timeMs);
    }
    this.bus = { connection, read: read as unknown as Bus['read'] };
  }
}

void t.test('recallIds() makes the last events of a lively room known, as many as may be', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const last = liveEvent({});
  await bus.publish(eventSubject('demo', 'chat'), 'event', last, { msgId: last.id, signal });
  const lively = new LivelyBus(bus, Date.now());
  const events = new RoomEvents({ room: 'demo', platform: 'douyin', ttls });
  const { promise: full, resolve } = Promise.withResolvers<void>();
  await recallIds({
    bus: lively.bus,
    presence: new BusPresence(bus.connection),
    room: 'demo',
    onIds: (ids) => events.rememberIds(ids, Date.now()),
    onOlderIds(ids) {
      const hasRoom = events.rememberOlderIds(ids, Date.now());
      if (!hasRoom) resolve();
      return hasRoom;
    },
    log,
    signal,
  });
  await full;
  const known = lively.events.findLastIndex(({ body }) => {
    const messageId = body.id.slice('demo:douyin:'.length);
    return events.admit({ messageId, at: 0, viewer: null, body }, Date.now()) !== undefined;
  });
  t.equal(lively.events.length - 1 - known, 20_000);
});

void t.test('recallIds() reads again what a spare has heard of too long ago, or not at all', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  t.teardown(async () => await bus[Symbol.asyncDispose]());
  const event = liveEvent({});
  await bus.publish(eventSubject('demo', 'chat'), 'event', event, { msgId: event.id, signal });
  const read: string[] = [];
  const recall = async (heard: Heard) => {
    read.length = 0;
    const onIds = (ids: Iterable<string>) => void read.push(...ids);
    const presence = new BusPresence(bus.connection);
    await recallIds({ bus, presence, room: 'demo', heard, onIds, onOlderIds: () => false, log, signal });
    return [...read];
  };
  const now = Date.now();
  const early = now - 120_000;
  const heardOf = { firstSeq: 1, lastSeq: 1, lastOf: new Map([['demo', { seq: 1, timeMs: now }]]) };
  t.same(await recall({ ...heardOf, fromMs: early }), [], 'it was heard');
  t.same(await recall({ ...heardOf, fromMs: early, lastOf: new Map() }), [event.id], 'it was not heard');
  t.same(await recall({ ...heardOf, fromMs: now }), [event.id], 'others came before');
  t.intercept(Date, 'now', { value: () => now + 400_000 });
  t.same(await recall({ ...heardOf, fromMs: early }), [event.id], 'it is long ago');
});
