import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from './open-log.ts';
import { withParentDeath } from './parent-death.ts';
import { isAlive, readProcess } from './process-table.ts';

/** Go's collector aims below it. JetStream's own limits bound what is stored, not what the process takes. */
const memoryLimit = '512MiB';
/** Needs privileges: without them the kernel's choice stands. Everything hangs on the bus, so that it should be the last to go. */
const oomScore = '-500';
const maxErrorBytes = 1_000_000;

export interface NatsProcessOptions {
  binary: string;
  configFile: string;
  logFolder: string;
  /** What it says on its error output is lost. */
  onNoLog: (error: unknown) => void;
}

/** One run of nats-server, in a process group of its own. */
export class NatsProcess {
  readonly pid: number;
  /** Aborted, with a sentence as the reason, when it has ended. */
  readonly ended: AbortSignal;
  readonly #process: ChildProcess;
  readonly #startTime: string;
  #killed = false;

  /** Throws when the program cannot be started at all. */
  constructor({ binary, configFile, logFolder, onNoLog }: NatsProcessOptions) {
    const errors = openLog(join(logFolder, 'nats-server.err'), {
      onProblem: onNoLog,
      maxBytes: maxErrorBytes,
    });
    const [program = binary, ...args] = withParentDeath([binary, '-c', configFile]);
    try {
      this.#process = spawn(program, args, {
        stdio: ['ignore', errors, errors],
        detached: true,
        env: { ...process.env, GOMEMLIMIT: memoryLimit },
      });
    } finally {
      closeSync(errors);
    }
    const ended = new AbortController();
    this.ended = ended.signal;
    this.#process.once('error', (error) => ended.abort(`it cannot be started: ${error.message}`));
    this.#process.once('exit', (code, signal) => {
      this.#killed = signal === 'SIGKILL';
      ended.abort(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
    });
    this.pid = this.#process.pid ?? 0;
    this.#startTime = readProcess(this.pid)?.startTime ?? '';
  }

  get isRunning(): boolean {
    return this.pid > 0 && !this.ended.aborted;
  }

  /** By SIGKILL, whoever sent it; a fault of its own ends it otherwise. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Asks the kernel to spare it; false when that is not ours to ask. */
  protect(): boolean {
    try {
      writeFileSync(`/proc/${this.pid}/oom_score_adj`, oomScore);
      return true;
    } catch {
      return false;
    }
  }

  /** To the whole group; what is gone needs no signal. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid > 0) signalGroup(this.pid, signal);
  }

  /**
   * Ends it and returns once the kernel has no such process any more: until then the port and the store are not free. False when it is
   * still there after `mostMs`: a process that waits for a disk cannot be killed.
   */
  async end(signal: NodeJS.Signals, mostMs: number): Promise<boolean> {
    this.signal(signal);
    const until = performance.now() + mostMs;
    // A zombie is no longer there, but how it ended is known only once it has been waited for.
    while (!this.ended.aborted && performance.now() < until) await sleep(2);
    return !this.#isThere();
  }

  #isThere(): boolean {
    return !this.ended.aborted && isAlive(this.pid, this.#startTime);
  }
}

/** Signals a process group, or the process itself where it leads none. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of process.platform === 'win32' ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
