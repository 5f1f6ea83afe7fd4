import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import { isInShare } from '../../../protocol/sharding.ts';
import type { Playhead, Segment } from '../../../protocol/speech.ts';
import { eventSubject, playheadSubject } from '../../../protocol/subjects.ts';
import { liveEvent } from '../../support/events.ts';
import type { Crew } from '../crew.ts';
import { openCrew, until } from '../crew.ts';

const rooms = ['room-1', 'room-2', 'shoes'];
const [first, second] = [
  { index: 0, of: 2 },
  { index: 1, of: 2 },
];

void t.test(
  'reply goes from one process to two and back under load, and each event is done once',
  async (t) => {
    t.ok(
      [first, second].every((share) => rooms.some((room) => isInShare(room, share))),
      'both have rooms',
    );
    const crew = await openCrew(t, 'reply', rooms);
    const heard = hear(t, crew);
    const [alone, ...pair] = await Promise.all([crew.spare(), crew.spare(), crew.spare()]);
    await crew.promote(alone);
    const crowd = gather(crew);
    await heard.more(10, () => 1);

    await resign(alone);
    const [one, other] = pair;
    if (!one || !other) throw new Error('there are two');
    await Promise.all([crew.promote(one, first), crew.promote(other, second)]);
    const hostOf = (room: string) => (isInShare(room, first) ? 2 : 3);
    await heard.more(30, hostOf);

    const last = await crew.spare();
    await Promise.all(pair.map(resign));
    await crew.promote(last);
    await heard.more(20, () => 4);
    const events = await crowd.end();
    await until(last, async () => (await crew.unacked()) === 0);
    await expectEachDoneOnce(t, crew, events);

    const spoken = await crew.all('SPEECH', 'segment');
    for (const room of rooms) {
      const epochs = spoken.filter(({ body }) => body.room === room).map(({ origin }) => origin.epoch);
      t.same(
        epochs,
        epochs.toSorted((a, b) => a - b),
        `${room} has one host at a time`,
      );
      t.same([...new Set(epochs)], [1, hostOf(room), 4], `${room} is with whose share it is in`);
    }
    t.comment(`longest pauses in ms: ${JSON.stringify(heard.longestPauses)}`);
  },
);

void t.test('reply that is killed leaves its share to a spare, and the other share goes on', async (t) => {
  const crew = await openCrew(t, 'reply', rooms);
  const heard = hear(t, crew);
  const [one, other, spare] = await Promise.all([crew.spare(), crew.spare(), crew.spare()]);
  await Promise.all([crew.promote(one, first), crew.promote(other, second)]);
  const crowd = gather(crew);
  await heard.more(20, (room) => (isInShare(room, first) ? 1 : 2));
  crew.giveBack(await one.kill());
  await crew.promote(spare, first);
  await heard.more(30, (room) => (isInShare(room, first) ? 3 : 2));
  const events = await crowd.end();
  await until(spare, async () => (await crew.unacked()) === 0);
  await expectEachDoneOnce(t, crew, events);
  const spoken = await crew.all('SPEECH', 'segment');
  for (const room of rooms) {
    const epochs = new Set(spoken.filter(({ body }) => body.room === room).map(({ origin }) => origin.epoch));
    t.same([...epochs], isInShare(room, first) ? [1, 3] : [2], room);
  }
  t.comment(`longest pauses in ms: ${JSON.stringify(heard.longestPauses)}`);
});

void t.test('reply that is flooded in one room answers in another', async (t) => {
  const crew = await openCrew(t, 'reply', rooms);
  const { bus, signal } = crew;
  const worker = await crew.spare();
  await crew.promote(worker);
  // Several hundred of them are thanked for at once.
  const given = Array.from({ length: 4_000 }, (_, number) => present(number, 'room-1'));
  await Promise.all(
    given.map(
      async (event) =>
        await bus.publish(eventSubject('room-1', 'gift'), 'event', event, { msgId: event.id, signal }),
    ),
  );
  const manager = await jetstreamManager(bus.connection, { timeout: 20_000 });
  const flood = async () => await manager.consumers.info('EVENTS', 'reply-room-1');
  await until(worker, async () => {
    const { num_ack_pending, num_pending } = await flood();
    return num_ack_pending === 1_000 && num_pending > 0;
  });
  const asked = question(0, 'room-2');
  await bus.publish(eventSubject('room-2', 'chat'), 'event', asked, { msgId: asked.id, signal });
  const answers = async () =>
    (await crew.all('SPEECH', 'segment')).filter(({ body }) =>
      body.causes.some(({ eventId }) => eventId === asked.id),
    );
  await until(worker, async () => (await answers()).length > 0);
  t.ok((await flood()).num_pending > 0, 'the flooded room is still flooded');
});

void t.test('reply gives events of a room that is not hosted any more their outcome', async (t) => {
  const crew = await openCrew(t, 'reply', rooms);
  const gone = { ...question(0, 'room-1'), room: 'room-1' };
  const { bus, signal } = crew;
  await bus.publish(eventSubject('room-1', 'chat'), 'event', gone, { msgId: gone.id, signal });
  const worker = await crew.spare({ rooms: ['room-2', 'shoes'] });
  await crew.promote(worker);
  await until(worker, async () => (await crew.unacked()) === 0);
  const outcomes = (await crew.all('OUTCOME', 'outcome')).map(({ body }) => body);
  t.match(outcomes, [{ eventId: gone.id, what: 'skipped', reason: 'the room is not hosted' }]);
});

async function resign(worker: Awaited<ReturnType<Crew['spare']>>): Promise<void> {
  worker.send({ kind: 'drain', deadlineMs: 20_000, handOver: true });
  await worker.report('yielded');
}

function question(number: number, room: string): LiveEvent {
  const at = Date.now();
  const body = { kind: 'chat', text: `第${number}个问题，多少钱`, luckyBag: false } as const;
  return { ...liveEvent({ id: `${room}:douyin:${number}`, at, body }), room };
}

/** Paid for, so that it is never shed. */
function present(number: number, room: string): LiveEvent {
  const gift = { giftId: String(number), name: '玫瑰', count: 1, total: 1, diamonds: 1, streakEnd: true };
  const body = { kind: 'gift', ...gift, streak: '' } as const;
  return { ...liveEvent({ id: `${room}:douyin:gift-${number}`, at: Date.now(), body }), room };
}

/** Viewers who ask all the time, in all rooms, until they are told to stop. */
function gather({ bus, signal }: Crew): { end: () => Promise<LiveEvent[]> } {
  const events: LiveEvent[] = [];
  const stop = new AbortController();
  const asking = (async () => {
    for (let number = 0; !stop.signal.aborted; number++) {
      for (const room of rooms) {
        const event = question(number, room);
        events.push(event);
        await bus.publish(eventSubject(room, 'chat'), 'event', event, { msgId: event.id, signal });
      }
      await pause(20, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    return events;
  })();
  return {
    end: async () => {
      stop.abort();
      return await asking;
    },
  };
}

/** An audio side in each room that has heard everything as soon as it is said, and says so again and again. */
function hear(t: Test, { bus, signal }: Crew) {
  const news = new EventEmitter();
  const stop = new AbortController();
  const ended = new Map<string, string[]>(rooms.map((room) => [room, []]));
  const lastAt = new Map<string, number>();
  const longestPauses: Record<string, number> = {};
  let answers = 0;
  const hosts = new Set<string>();
  const note = ({ room, utteranceId, priority }: Segment, epoch: number) => {
    ended.set(room, [...(ended.get(room) ?? []), utteranceId].slice(-200));
    const now = performance.now();
    const pauseMs = Math.round(now - (lastAt.get(room) ?? now));
    longestPauses[room] = Math.max(longestPauses[room] ?? 0, pauseMs);
    lastAt.set(room, now);
    if (priority !== 'idle') {
      answers += 1;
      hosts.add(`${room} ${epoch}`);
    }
    news.emit('heard');
  };
  const reading = (async () => {
    const options = { filter: '>', from: { seq: 1 }, signal: AbortSignal.any([signal, stop.signal]) };
    for await (const { body, origin } of bus.read('SPEECH', 'segment', options)) note(body, origin.epoch);
  })();
  const timer = setInterval(() => {
    for (const room of rooms)
      bus.tell(playheadSubject(room), 'playhead', {
        ...silence,
        room,
        at: Date.now(),
        ended: [...new Set(ended.get(room))],
      });
  }, 25);
  t.teardown(async () => {
    clearInterval(timer);
    stop.abort();
    await reading;
  });
  return {
    longestPauses,
    /** So many more answers, and one in each room under the epoch of its host. */
    more: async (count: number, epochOf: (room: string) => number) => {
      const enough = answers + count;
      const isEnough = () =>
        answers >= enough && rooms.every((room) => hosts.has(`${room} ${epochOf(room)}`));
      while (!isEnough()) await once(news, 'heard');
    },
  };
}

const silence: Omit<Playhead, 'room'> = {
  at: 0,
  state: 'idle',
  queuedMs: 0,
  utteranceId: '',
  segmentIndex: 0,
  offsetMs: 0,
  resumeSeq: 1,
  ended: [],
  partial: [],
  queued: [],
  output: 'file',
};

/** Each event is answered by one utterance, or has one outcome, and never both. */
async function expectEachDoneOnce(t: Test, crew: Crew, events: LiveEvent[]): Promise<void> {
  const done = new Map<string, Set<string>>();
  const add = (eventId: string, by: string) => done.set(eventId, (done.get(eventId) ?? new Set()).add(by));
  for (const { body } of await crew.all('SPEECH', 'segment'))
    for (const { eventId } of body.causes) add(eventId, body.utteranceId);
  for (const { body, seq } of await crew.all('OUTCOME', 'outcome')) add(body.eventId, `${body.what} ${seq}`);
  const wrong = events.filter(({ id }) => done.get(id)?.size !== 1);
  t.same(
    wrong.map(({ id }) => [id, ...(done.get(id) ?? [])]),
    [],
    `${events.length} events`,
  );
}
