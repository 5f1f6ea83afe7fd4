import { delay } from '../../../workers/delay.ts';
import type { Member } from '../../chaos/leftovers.ts';
import { findMembers } from '../../chaos/leftovers.ts';
import { giveOrder, orderFile, ordersVariable } from '../../chaos/sabotage-orders.ts';
import type { Figure } from '../report.ts';
import { BusyCores } from './busy-cores.ts';
import type { Stage } from './stage.ts';
import { restartsOf, untilCovered, untilWhole, wallNow } from './stage.ts';
import { unplannedEnds } from './supervisor-log.ts';

const busyMs = { quick: 5_000, full: 60_000 };
const stoppedMs = { quick: 3_500, full: 5_000 };
const heardAgainMs = 500;
/** Whoever is to be ended without need is ended by then: longer than any heartbeat's deadline. */
const afterMs = { quick: 4_000, full: 8_000 };

/** Who is ended although nothing is wrong with it: while it is busy, and while this machine, or the supervisor, stands still. */
export async function measureFalseKills(stage: Stage): Promise<Figure[]> {
  const lengthOf = (times: { quick: number; full: number }) => times[stage.isQuick ? 'quick' : 'full'];
  const stillMs = lengthOf(stoppedMs);
  const figures: Figure[] = [];
  const watch = async (what: string, happen: () => Promise<void>) => {
    stage.say(`false kills: ${what}`);
    const ends = await endsDuring(stage, happen, lengthOf(afterMs));
    if (ends.length > 0) stage.broke(`ended without need, ${what}: ${ends.join(', ')}`);
    figures.push({ what: `restarts, ${what}`, value: ends.length, unit: '', goal: 0 });
  };
  const ms = lengthOf(busyMs);
  await watch(`tts and every core busy for ${ms / 1_000} s`, async () => await keepBusy(stage, ms));
  await watch(`supervisor stopped for ${stillMs / 1_000} s`, async () => {
    await standStill([stage.show.pid], stillMs, stage.signal);
  });
  await watch(`whole show stopped for ${stillMs / 1_000} s`, async () => {
    const members: Member[] = findMembers(`${ordersVariable}=${stage.scene.orders}`);
    const fromMs = Date.now();
    await standStill(
      members.map(({ pid }) => pid),
      stillMs,
      stage.signal,
    );
    // Nobody can be heard whose machine stands still: that silence is nobody's fault.
    stage.show.offAir.push({ fromMs, toMs: Date.now() + heardAgainMs });
  });
  return figures;
}

/** Names of those that ended, the bus included. */
async function endsDuring(
  stage: Stage,
  happen: () => Promise<void>,
  afterwardsMs: number,
): Promise<string[]> {
  const { show, log, signal } = stage;
  await untilWhole(stage);
  const restarts = restartsOf(stage);
  const busRestarts = show.state?.nats.restarts ?? 0;
  const at = Math.floor(wallNow());
  stage.harmed('nobody');
  await happen();
  await delay(afterwardsMs, signal);
  signal.throwIfAborted();
  const busEnds = (show.state?.nats.restarts ?? 0) - busRestarts;
  const ends = unplannedEnds(log.since(at), restarts);
  return busEnds > 0 ? [...ends, `nats-server, ${busEnds} times`] : ends;
}

async function keepBusy(stage: Stage, forMs: number): Promise<void> {
  const { pid } = await untilCovered(stage, 'tts');
  await using _cores = new BusyCores();
  giveOrder(orderFile(stage.scene.orders, pid), { kind: 'spin', forMs });
  await delay(forMs, stage.signal);
}

async function standStill(pids: number[], forMs: number, signal: AbortSignal): Promise<void> {
  const stopped: number[] = [];
  try {
    for (const pid of pids) if (send(pid, 'SIGSTOP')) stopped.push(pid);
    await delay(forMs, signal);
  } finally {
    for (const pid of stopped) send(pid, 'SIGCONT');
  }
}

/** Whether it is still there. */
function send(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
