import type { ChildState } from '../../../protocol/ipc.ts';
import type { Stage } from './stage.ts';
import { isOfService, untilGone, wallNow } from './stage.ts';

const patienceMs = 15_000;

/** Ends a child without a word; answers when, in unix milliseconds. */
export function killChild(stage: Stage, victim: ChildState): number {
  stage.signal.throwIfAborted();
  stage.harmed(victim.id);
  const at = wallNow();
  process.kill(victim.pid, 'SIGKILL');
  return at;
}

/** Milliseconds from a kill; undefined: it did not come. */
export interface TakeOver {
  noticedMs: number | undefined;
  worksMs: number | undefined;
}

/** Waits until another does what a child did that was killed at `at`; that nobody does is a broken promise. */
export async function untilTakenOver(stage: Stage, victim: ChildState, at: number): Promise<TakeOver> {
  const { log, signal, unhealed } = stage;
  const options = { withinMs: patienceMs, signal };
  const from = Math.floor(at);
  const exit = await log.first(from, ({ child, on }) => child === victim.id && on === 'exited', options);
  const works = await log.first(
    from,
    ({ child, on, to }) =>
      child !== victim.id && isOfService(child, victim) && on === 'started' && to === 'running',
    options,
  );
  signal.throwIfAborted();
  await untilGone(stage, victim);
  if (!works) unhealed(`nobody took over from ${victim.id} within ${patienceMs / 1_000} s`);
  return { noticedMs: exit && exit.at - at, worksMs: works && works.at - at };
}
