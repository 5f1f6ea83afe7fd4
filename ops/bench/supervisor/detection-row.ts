import type { Role } from '../../../protocol/roles.ts';
import { giveOrder, isTaken, orderFile, withdrawOrder } from '../../chaos/sabotage-orders.ts';
import type { Figure } from '../report.ts';
import { quantileFigures } from './quantiles.ts';
import type { Stage } from './stage.ts';
import { isOfService, untilCovered, untilGone, untilWhole, wallNow } from './stage.ts';

const roles: Role[] = ['tts', 'reply', 'ingest', 'audio'];
const patienceMs = 20_000;
const takenMs = 5_000;
const goals = { p99: 3_200 };

/** How long one that does not answer any more goes unnoticed, and until another works in its place. */
export async function measureDetection(stage: Stage): Promise<Figure[]> {
  const rounds = stage.isQuick ? roles.slice(0, 1) : roles;
  const stopped: Times = { noticed: [], replaced: [] };
  const blocked: Times = { noticed: [], replaced: [] };
  for (const role of rounds) {
    await freeze(stage, role, stopped, stopProcess);
    await freeze(stage, role, blocked, blockLoop);
    stage.say(`stopped and blocked ${role}`);
  }
  await untilWhole(stage);
  return [
    ...quantileFigures('stopped worker (SIGSTOP) → noticed', 'ms', stopped.noticed, {}),
    ...quantileFigures('stopped worker (SIGSTOP) → replaced', 'ms', stopped.replaced, goals),
    ...quantileFigures('blocked worker → noticed', 'ms', blocked.noticed, {}),
    ...quantileFigures('blocked worker → replaced', 'ms', blocked.replaced, goals),
  ];
}

/** Milliseconds. */
interface Times {
  noticed: number[];
  replaced: number[];
}

async function freeze(
  stage: Stage,
  role: Role,
  times: Times,
  harm: (stage: Stage, pid: number) => Promise<number>,
): Promise<void> {
  const { log, signal } = stage;
  await untilWhole(stage);
  const victim = await untilCovered(stage, role);
  stage.harmed(victim.id);
  const at = await harm(stage, victim.pid);
  const options = { withinMs: patienceMs, signal };
  const from = Math.floor(at);
  const noticed = await log.first(from, ({ child, to }) => child === victim.id && to === 'ending', options);
  const replaced = await log.first(
    from,
    ({ child, on, to }) =>
      child !== victim.id && isOfService(child, victim) && on === 'started' && to === 'running',
    options,
  );
  signal.throwIfAborted();
  await untilGone(stage, victim);
  if (noticed) times.noticed.push(noticed.at - at);
  if (replaced) times.replaced.push(replaced.at - at);
  else
    stage.unhealed(
      `nobody took over from ${victim.id}, which did not answer, within ${patienceMs / 1_000} s`,
    );
}

async function stopProcess(_: Stage, pid: number): Promise<number> {
  const at = wallNow();
  process.kill(pid, 'SIGSTOP');
  return at;
}

async function blockLoop({ show, scene, signal }: Stage, pid: number): Promise<number> {
  const file = orderFile(scene.orders, pid);
  giveOrder(file, { kind: 'block' });
  if (await show.until(() => isTaken(file), { withinMs: takenMs, signal })) return wallNow();
  withdrawOrder(file);
  signal.throwIfAborted();
  throw new Error(`Process ${pid} did not take its order within ${takenMs} ms`);
}
