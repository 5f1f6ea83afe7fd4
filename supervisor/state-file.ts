import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
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

/** Writes the state after changes; several changes of one moment make one file. */
export class StateWriter {
  readonly #options: { home: string; log: Logger; read: () => SupervisorState };
  #pending = false;
  #closed = false;

  constructor(options: { home: string; log: Logger; read: () => SupervisorState }) {
    this.#options = options;
  }

  write(): void {
    if (this.#pending || this.#closed) return;
    this.#pending = true;
    setImmediate(() => {
      this.#pending = false;
      if (!this.#closed) this.#writeNow();
    });
  }

  /** Writes the last state. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writeNow();
  }

  #writeNow(): void {
    const { home, log, read } = this.#options;
    try {
      writeState(home, read());
    } catch (error) {
      // A full disk must not end the show.
      log.error({ err: error }, 'cannot write the state file');
    }
  }
}
