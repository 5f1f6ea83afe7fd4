import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { SupervisorState } from '../protocol/ipc.ts';

export const stateFile = (home: string): string => join(home, 'run', 'supervisor.json');

/** Three of the usual samples, so that each third one is shown. */
const figuresMs = 2_500;

/**
 * Written beside and renamed: a reader finds the old state or the new one, never half of it. In the background, since a rename over a
 * file may wait for the disk (6 ms were seen). The console's token is inside, hence 0600.
 */
async function writeState(home: string, state: SupervisorState): Promise<void> {
  const file = stateFile(home);
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Undefined when there is none, or it is not one of ours. */
export function readState(home: string): SupervisorState | undefined {
  try {
    const state = JSON.parse(readFileSync(stateFile(home), 'utf8')) as Partial<SupervisorState>;
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** As far as the next start needs it. */
function isState(state: Partial<SupervisorState>): state is SupervisorState {
  return (
    typeof state.pid === 'number' &&
    typeof state.nats?.pid === 'number' &&
    Array.isArray(state.children) &&
    state.children.every((child) => typeof child?.pid === 'number' && typeof child.id === 'string')
  );
}

/** Writes the state after changes, one write at a time; the latest state wins. */
export class StateWriter {
  readonly #options: { home: string; log: Logger; read: () => SupervisorState };
  #changed = false;
  #writtenAt = -Infinity;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(options: { home: string; log: Logger; read: () => SupervisorState }) {
    this.#options = options;
  }

  write(): void {
    if (this.#closed) return;
    this.#changed = true;
    this.#writing ??= this.#drain();
  }

  /** Nothing has happened, but figures grow old. */
  refresh(): void {
    if (performance.now() - this.#writtenAt > figuresMs) this.write();
  }

  /** Returns once the last state is written. */
  async close(): Promise<void> {
    this.write();
    this.#closed = true;
    await this.#writing;
  }

  async #drain(): Promise<void> {
    const { home, log, read } = this.#options;
    // Several changes of one moment make one file.
    await setImmediate();
    while (this.#changed) {
      this.#changed = false;
      this.#writtenAt = performance.now();
      try {
        await writeState(home, read());
      } catch (error) {
        // A full disk must not end the show.
        log.error({ err: error }, 'cannot write the state file');
      }
    }
    this.#writing = undefined;
  }
}
