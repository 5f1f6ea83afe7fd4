import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Test } from 'tap';
import type { DouyinRoom } from '../../../ops/sim/douyin-room/server.ts';
import { openDouyinRoom } from '../../../ops/sim/douyin-room/server.ts';
import { IngestProcess, eventsOf } from './ingest-process.ts';
import { RestartableNats } from './restartable-nats.ts';

/** A room where somebody speaks every few milliseconds, until it is told to end. */
async function openTalk(t: Test) {
  const room = await openDouyinRoom({ scenario: { type: 'silent' } });
  const stop = new AbortController();
  const talking = talk(room, stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await talking;
  };
  t.teardown(async () => {
    await end();
    await room[Symbol.asyncDispose]();
  });
  return { room, end, source: { pageUrl: room.url, pushUrls: [new URL(room.wsUrl).origin] } };
}

async function talk(room: DouyinRoom, signal: AbortSignal): Promise<void> {
  await room.untilConnected();
  const group = '1700000001';
  for (let count = 1; !signal.aborted; count++) {
    room.chat({ text: String(count) });
    if (count % 10 === 0)
      room.gift({
        user: { id: '7300000000000000007', nickname: '小明' },
        groupId: group,
        comboCount: count / 10,
        repeatCount: count / 10,
        repeatEnd: false,
      });
    await sleep(3, undefined, { signal }).catch(() => undefined);
  }
}

/** What was acknowledged is in EVENTS, and there everything once and in order. */
async function checkBalance(t: Test, room: DouyinRoom, url: string): Promise<void> {
  const events = await eventsOf(url);
  const ids = events.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'nothing twice');
  const there = new Set(ids);
  const acked = room.sent.filter((record) => record.acked && record.kind === 'chat');
  t.ok(acked.length > 100, `${acked.length} were acknowledged`);
  t.same(
    acked.filter(({ msgId }) => !there.has(`demo:douyin:${msgId}`)).map(({ text }) => text),
    [],
    'nothing that was acknowledged is lost',
  );
  const texts = events.flatMap((event) => (event.kind === 'chat' ? [event.text] : []));
  const said = texts.filter((text) => text !== 'the end').map(Number);
  t.same(
    said.filter((number, index) => number < (said[index - 1] ?? 0)),
    [],
    'in order',
  );
  const gifts = events.flatMap((event) => (event.kind === 'gift' ? [event] : []));
  t.equal(
    gifts.reduce((sum, { count }) => sum + count, 0),
    Math.max(0, ...gifts.map(({ total }) => total)),
    'each gift of the streak counted once',
  );
  t.same(
    gifts.map(({ total }) => total),
    gifts.map(({ total }) => total).toSorted((a, b) => a - b),
    'the streak in order',
  );
}

const journalFiles = (home: string): string[] => readdirSync(join(home, 'journal', 'demo'));
const settle = async (room: DouyinRoom): Promise<void> => {
  const last = room.chat({ text: 'the end' });
  await room.untilAcked(last.msgId);
};

void t.test('a bus that is killed and comes back at once costs nothing', async (t) => {
  const nats = await RestartableNats.open(t);
  const { room, end, source } = await openTalk(t);
  const home = t.testdir({});
  const ingest = new IngestProcess(t, { url: nats.url, home, source });
  await ingest.initialise();
  await ingest.promote(1);
  for (const events of [100, 300, 500]) {
    await ingest.child.waitForCounters((counters) => (counters['events'] ?? 0) >= events);
    await nats.kill();
    await nats.start();
  }
  await end();
  await settle(room);
  await ingest.child.waitForCounters((counters) => counters['journalBytes'] === 0);
  await checkBalance(t, room, nats.url);
});

void t.test(
  'what a room says while the bus is away is journalled, and flushed in order when it is back',
  async (t) => {
    const nats = await RestartableNats.open(t);
    const { room, end, source } = await openTalk(t);
    const home = t.testdir({});
    const ingest = new IngestProcess(t, { url: nats.url, home, source });
    await ingest.initialise();
    await ingest.promote(1);
    await ingest.child.waitForCounters(({ events }) => (events ?? 0) > 50);
    await nats.kill();
    await ingest.child.waitForCounters(({ journalled }) => (journalled ?? 0) > 300);
    await end();
    await settle(room);
    t.ok((ingest.child.counters['journalled'] ?? 0) > 300, 'acknowledged without the bus');
    await nats.start();
    await ingest.child.waitForCounters(
      ({ journalBytes, flushed }) => journalBytes === 0 && (flushed ?? 0) > 300,
    );
    // It takes the file away after it has counted it out.
    while (journalFiles(home).length > 0) await ingest.child.nextHeartbeat();
    await settle(room);
    await checkBalance(t, room, nats.url);
  },
);

void t.test('nothing is lost when ingest is killed, and its spare too, while the bus is away', async (t) => {
  const nats = await RestartableNats.open(t);
  const { room, end, source } = await openTalk(t);
  const options = { url: nats.url, home: t.testdir({}), source };
  const workers = [1, 2, 3].map(() => new IngestProcess(t, options));
  const [active, ...spares] = workers;
  if (!active) throw new Error('No worker');
  await Promise.all(workers.map(async (worker) => await worker.initialise()));
  await active.promote(1);
  await active.child.waitForCounters(({ events }) => (events ?? 0) > 50);
  await nats.kill();
  await active.child.waitForCounters(({ journalled }) => (journalled ?? 0) > 100);
  await active.child.kill();
  let epoch = 1;
  for (const spare of spares) {
    await spare.promote((epoch += 1));
    await spare.child.waitForCounters(({ journalled }) => (journalled ?? 0) > 100);
    if (spare !== spares.at(-1)) await spare.child.kill();
  }
  t.ok(journalFiles(options.home).length >= 3);
  await nats.start();
  await spares.at(-1)?.child.waitForCounters(({ flushed }) => (flushed ?? 0) > 300);
  await end();
  await settle(room);
  await spares.at(-1)?.child.waitForCounters(({ journalBytes }) => journalBytes === 0);
  await checkBalance(t, room, nats.url);
});

void t.test('a bus that is stopped and goes on takes nothing twice', async (t) => {
  const nats = await RestartableNats.open(t);
  const { room, end, source } = await openTalk(t);
  const ingest = new IngestProcess(t, { url: nats.url, home: t.testdir({}), source });
  await ingest.initialise();
  await ingest.promote(1);
  await ingest.child.waitForCounters(({ events }) => (events ?? 0) > 50);
  nats.signal('SIGSTOP');
  await ingest.child.waitForCounters(({ journalled }) => (journalled ?? 0) > 100);
  nats.signal('SIGCONT');
  await ingest.child.waitForCounters(({ flushed }) => (flushed ?? 0) > 100);
  await end();
  await settle(room);
  await ingest.child.waitForCounters(({ journalBytes }) => journalBytes === 0);
  await checkBalance(t, room, nats.url);
});
