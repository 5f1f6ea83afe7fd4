import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SupervisorState } from '../protocol/ipc.ts';

export const stateFile = (home: string): string => join(home, 'run', 'supervisor.json');

/** Written beside and renamed: a reader finds the old state or the new one, never half of it. The console's token is inside, hence 0600. */
export function writeState(home: string, state: SupervisorState): void {
  const file = stateFile(home);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Undefined when there is none, or it is not one of ours. */
export function readState(home: string): SupervisorState | undefined {
  try {
    const state = JSON.parse(readFileSync(stateFile(home), 'utf8')) as SupervisorState;
    return typeof state.pid === 'number' && Array.isArray(state.children) ? state : undefined;
  } catch {
    return undefined;
  }
}
