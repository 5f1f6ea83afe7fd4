import { statSync } from 'node:fs';
import type { SupervisorState } from '../protocol/ipc.ts';
import { isAlive, readProcess } from '../supervisor/process-table.ts';
import { stateFile } from '../supervisor/state-file.ts';
import { age } from './age.ts';

/** The file is written every few seconds, also when nothing happens. */
const staleMs = 20_000;

/** What the state file cannot say by itself: that nobody keeps it up to date, or that the bus is away. One line each. */
export function statusWarnings(home: string, { pid, nats }: SupervisorState, now: number): string[] {
  const warnings: string[] = [];
  const oldMs = now - (statSync(stateFile(home), { throwIfNoEntry: false })?.mtimeMs ?? now);
  if (isStopped(pid))
    warnings.push(
      `the supervisor is stopped by a signal, and looks after nothing: kill -CONT ${pid}. What follows was so ${age(oldMs)} ago`,
    );
  else if (oldMs >= staleMs)
    warnings.push(
      `the supervisor has told nothing for ${age(oldMs)}: it hangs, or its disk takes nothing. What follows was so then`,
    );
  if (isBusAway(nats)) warnings.push('the bus is away: until it is back, nothing is answered or said anew');
  return warnings;
}

/** One that we keep ourselves has a monitor; of others nothing is known here. */
function isBusAway({ pid, monitorUrl }: SupervisorState['nats']): boolean {
  return monitorUrl !== '' && (pid === 0 || !isAlive(pid) || isStopped(pid));
}

const isStopped = (pid: number): boolean => /^[Tt]$/.test(readProcess(pid)?.state ?? '');
