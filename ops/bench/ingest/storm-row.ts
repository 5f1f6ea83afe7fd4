import { delay } from '../../../workers/delay.ts';
import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';
import type { BenchOptions } from '../report.ts';
import type { Measured } from '../measure-rows.ts';
import type { IngestStage, StagedRoom } from './stage.ts';
import { eventOf, openIngestStage, storedEvents } from './stage.ts';

const saidEveryMs = 200;
const settleMs = 180_000;
/** Kinds of which each message is an event. */
const single = new Set(['chat', 'enter', 'like', 'follow', 'share', 'fansclub']);

type Random = SeededRandom;
/** What is done to a room, by name. */
const faults: Record<string, (staged: StagedRoom, random: Random) => Promise<unknown>> = {
  cut: async ({ proxy }) => await Promise.resolve(proxy.cut()),
  // Frames trickle, so that the cut is within one.
  'cut inside a frame': async ({ room, proxy }, random) => {
    await room.fault('slow', { forMs: 2_000, bytes: random.whole(1, 40), pauseMs: 5 });
    setTimeout(() => proxy.cut(), random.whole(20, 1_500));
  },
  refusals: async ({ room, proxy }, random) => {
    await room.fault('refuse', { how: 'bad-gateway', times: random.whole(1, 3) });
    proxy.cut();
  },
  deaf: async ({ room }, random) => await room.fault('deaf', { forMs: random.whole(500, 8_000) }),
  late: async ({ proxy }, random) => {
    proxy.delay(random.whole(100, 3_000));
    setTimeout(() => proxy.delay(0), random.whole(500, 5_000));
    await Promise.resolve();
  },
  'close code': async ({ room }, random) =>
    await room.fault('close-code', { code: random.pick([1000, 1001, 1008, 1011, 1012, 1013]) }),
  'half-open': async ({ proxy }) => await Promise.resolve(proxy.halfOpen()),
  close: async ({ room }) => await room.fault('close'),
  garbage: async ({ room }) => await room.fault('garbage'),
  'truncated gzip': async ({ room }) => await room.fault('truncated-gzip'),
  'bad sibling': async ({ room }) => await room.fault('bad-sibling'),
  'new broadcast': async ({ room, proxy }) => {
    room.newBroadcast();
    proxy.cut();
    await Promise.resolve();
  },
};

/** What is done to the worker that reads them all. */
const workerFaults: Record<string, (stage: IngestStage, random: Random) => Promise<unknown>> = {
  'kill -9': async (stage) => await stage.replaceWorker(),
  stopped: async ({ worker }, random) => {
    worker.process.kill('SIGSTOP');
    await delay(random.whole(500, 6_000), new AbortController().signal);
    worker.process.kill('SIGCONT');
  },
};

/** Twenty rooms to which everything is done that networks and platforms do; what they consider delivered must be kept once. */
export async function measureStorm(options: BenchOptions): Promise<Measured> {
  const { seed, stormMs: forMs, rooms: count, say } = options;
  const random = new SeededRandom(seed);
  const run = new AbortController();
  say(`  seed ${seed}: ${count} rooms for ${forMs / 1_000} s`);
  await using stage = await openIngestStage({ rooms: count, seed, sentLimit: 200_000, signal: run.signal });
  say('  every room is connected');
  const done: Record<string, number> = {};
  const startedAt = performance.now();
  let faultAt = 2_000;
  // Each costs all rooms some seconds.
  let workerFaultAt = random.whole(3_000, 8_000);
  let working: Promise<unknown> | undefined;
  let told = 0;
  while (performance.now() - startedAt < forMs && !options.signal?.aborted) {
    for (const staged of stage.rooms) speak(staged, random);
    const now = performance.now() - startedAt;
    if (now >= faultAt) {
      faultAt = now + random.whole(200, 1_500);
      const name = random.pick(Object.keys(faults) as [string, ...string[]]);
      const staged = random.pick(stage.rooms as [StagedRoom, ...StagedRoom[]]);
      done[name] = (done[name] ?? 0) + 1;
      await faults[name]?.(staged, random);
    }
    if (now >= workerFaultAt && working === undefined) {
      workerFaultAt = now + random.whole(10_000, 30_000);
      const name = random.pick(Object.keys(workerFaults) as [string, ...string[]]);
      done[name] = (done[name] ?? 0) + 1;
      working = workerFaults[name]?.(stage, random).finally(() => (working = undefined));
    }
    if (now - told > 30_000) {
      told = now;
      say(`  ${Math.round(now / 1_000)} s`);
    }
    await delay(saidEveryMs, run.signal);
  }
  await working;
  say('  the storm is over; waiting until every room was heard to its end');
  await settle(stage, run.signal);
  const verdict = await judge(stage, run.signal);
  return {
    figures: [
      { what: 'said', value: verdict.said, unit: 'messages' },
      { what: 'acknowledged', value: verdict.acked, unit: 'messages' },
      { what: 'kept', value: verdict.kept, unit: 'events' },
      { what: 'gift streaks', value: verdict.streaks, unit: '' },
      {
        what: 'connections',
        value: stage.rooms.reduce((sum, { room }) => sum + room.connections.length, 0),
        unit: '',
      },
    ],
    notes: [
      `seed ${seed}; ${Object.entries(done)
        .map(([name, times]) => `${times} × ${name}`)
        .join(', ')}`,
    ],
    broken: verdict.broken,
  };
}

const streaks = new WeakMap<StagedRoom, { groupId: number; count: number; left: number }>();

/** One message: mostly what anybody says, and the next of a running streak. */
function speak(staged: StagedRoom, random: Random): void {
  const { room } = staged;
  const user = `观众${random.whole(1, 30)}`;
  const die = random.whole(0, 9);
  if (die < 5) room.chat({ user, text: `说${random.whole(1, 1_000_000)}` });
  else if (die === 5) room.enter({ user });
  else if (die === 6) room.like({ user, count: random.whole(1, 9) });
  else if (die === 7) room.follow({ user });
  else {
    const known = streaks.get(staged);
    const streak =
      known && known.left > 0
        ? known
        : { groupId: (known?.groupId ?? 1_790_000_000) + 1, count: 0, left: random.whole(1, 8) };
    streak.count += random.whole(1, 3);
    streak.left -= 1;
    streaks.set(staged, streak);
    const { groupId, count, left } = streak;
    // Some never end.
    const repeatEnd = left === 0 && random.chance(0.8);
    const counts = { groupCount: 1, comboCount: count, repeatCount: count, totalCount: count };
    room.gift({ user: '送礼的人', groupId: String(groupId), ...counts, repeatEnd });
  }
}

/** Nothing is done to the rooms any more; each says one thing, until everybody has heard everything. */
async function settle(stage: IngestStage, signal: AbortSignal): Promise<void> {
  const until = performance.now() + settleMs;
  for (const { proxy } of stage.rooms) proxy.delay(0);
  for (const { room } of stage.rooms) {
    const limit = AbortSignal.any([
      signal,
      AbortSignal.timeout(Math.max(1, Math.ceil(until - performance.now()))),
    ]);
    while (!limit.aborted) {
      const { msgId } = room.chat({ text: '最后一句' });
      const short = AbortSignal.any([limit, AbortSignal.timeout(2_000)]);
      if (await room.untilAcked(msgId, { signal: short }).catch(() => undefined)) break;
    }
  }
}

interface Verdict {
  said: number;
  acked: number;
  kept: number;
  streaks: number;
  broken: string[];
}

async function judge(stage: IngestStage, signal: AbortSignal): Promise<Verdict> {
  const kept = new Map<string, number>();
  const gifts = new Map<string, number>();
  for await (const event of storedEvents(stage.bus, signal)) {
    kept.set(event.id, (kept.get(event.id) ?? 0) + 1);
    if (event.kind !== 'gift') continue;
    const key = `${event.room}/${event.streak.split('/').at(-1)}`;
    gifts.set(key, (gifts.get(key) ?? 0) + event.count);
  }
  const verdict: Verdict = { said: 0, acked: 0, kept: kept.size, streaks: 0, broken: [] };
  const twice = [...kept].filter(([, times]) => times > 1);
  if (twice.length > 0)
    verdict.broken.push(`${twice.length} events are kept twice, such as ${twice[0]?.[0]}`);
  for (const { id, room } of stage.rooms) {
    const acked = new Set(room.sent.filter((record) => record.acked).map(({ msgId }) => msgId));
    verdict.said += new Set(room.sent.map(({ msgId }) => msgId)).size;
    verdict.acked += acked.size;
    const lost = room.sent.filter(
      ({ kind, msgId }) => single.has(kind) && acked.has(msgId) && !kept.has(eventOf(id, msgId)),
    );
    if (lost.length > 0)
      verdict.broken.push(`${id}: ${lost.length} acknowledged events are missing, such as ${lost[0]?.msgId}`);
    const sums = new Map<string, { acked: number; said: number }>();
    for (const { gift, msgId } of room.sent) {
      if (!gift) continue;
      const sum = sums.get(gift.groupId) ?? { acked: 0, said: 0 };
      const total = Math.max(gift.repeatCount, gift.groupCount * gift.comboCount, 1);
      sum.said = Math.max(sum.said, total);
      if (acked.has(msgId)) sum.acked = Math.max(sum.acked, total);
      sums.set(gift.groupId, sum);
    }
    verdict.streaks += sums.size;
    for (const [group, { acked: least, said: most }] of sums) {
      const counted = gifts.get(`${id}/${group}`) ?? 0;
      if (counted < least || counted > most)
        verdict.broken.push(
          `${id}: streak ${group} counts ${counted}, ${least} were acknowledged and ${most} given`,
        );
    }
  }
  return verdict;
}
