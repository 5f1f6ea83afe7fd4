import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { ChildReport, SupervisorCommand } from '../protocol/ipc.ts';
import type { ChildSpec } from './child-spec.ts';
import type { ExitClass } from './exit-class.ts';
import { exitClass } from './exit-class.ts';
import { openLog } from './open-log.ts';
import { packedPackagesFlags, workerHeapFlag } from './node-arguments.ts';
import { hasParentDeath, withParentDeath } from './parent-death.ts';
import { isAlive, readProcess } from './process-table.ts';
import { killedBy, tripwireStdio, withTripwire } from './tripwire.ts';

export interface ChildProcessOptions {
  id: string;
  spec: ChildSpec;
  project: string;
  home: string;
  onReport: (report: ChildReport) => void;
  /** Called exactly once, also when there was never a process. What the process had open may be open for some 100 ms more. */
  onExit: (exit: { reason: string; exit: ExitClass }) => void;
  /** Called once, after `onExit`: nothing is left of it. */
  onGone: () => void;
  /** Its log cannot be had, so that it runs without one. */
  onNoLog: (error: unknown) => void;
}

/** A process that the kernel no longer has, although nobody was told of its end. */
const lostMs = 1_000;

/** One process of a child. It leads its own process group, so that ending the group leaves no grandchild. */
export class WorkerProcess {
  /** Tells it from a later one with the same pid. */
  readonly startTime: string;
  readonly #process: ChildProcess;
  readonly #options: ChildProcessOptions;
  #ended = false;
  #gone = false;
  #goneSince: number | undefined;

  constructor(options: ChildProcessOptions) {
    this.#options = options;
    const { id, spec, project, home, onNoLog } = options;
    const logFile = openLog(join(home, 'log', `${fileName(id)}.ndjson`), { onProblem: onNoLog });
    const program = [
      process.execPath,
      workerHeapFlag(spec.limitMb),
      ...reportFlags(home),
      ...packedPackagesFlags,
      join(project, spec.entry),
      id,
    ];
    // Whose place a successor needs is waited for until it has let go of it.
    const wired = spec.holdsPlace ? undefined : withTripwire(program);
    const command = wired ?? withParentDeath(program);
    const stdio: StdioOptions = ['ignore', logFile, logFile, 'ipc', ...(wired ? tripwireStdio : [])];
    this.#process = spawn(command[0] ?? process.execPath, command.slice(1), {
      cwd: project,
      detached: true,
      // Output goes to the file itself, never through this process.
      stdio,
      env: {
        ...process.env,
        MALLOC_ARENA_MAX: '2',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(project, '.runtime', 'cache', 'node'),
        // See workers/orphan-watch.ts: without the kernel's help a thread watches.
        ONAIR_PARENT_DEATH: hasParentDeath ? '1' : '0',
      },
    });
    closeSync(logFile);
    this.startTime = readProcess(this.pid)?.startTime ?? '';
    this.#process.on('message', (report) => options.onReport(report as ChildReport));
    this.#process.once('error', (error) => {
      if (this.#process.pid === undefined)
        this.#end({ reason: `cannot be started: ${error.message}`, exit: 'failed' }, true);
    });
    this.#process.once('exit', (code, signal) => this.#end(toExit(code, signal), true));
    this.#watchTripwire();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  send(command: SupervisorCommand): void {
    if (this.#process.connected) this.#process.send(command, () => undefined);
  }

  /** To the whole group; a group that is gone needs no signal. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid === 0) return;
    signalGroup(this.pid, signal);
  }

  /**
   * Asks what it is doing: a loop that still turns writes a report, one that does not prints the stack that it is stuck in to its log,
   * and ends. A stopped process can do neither, and is ended at once.
   */
  report(): void {
    const state = readProcess(this.pid)?.state;
    if (state === 'T' || state === 't' || process.platform === 'win32') return this.signal('SIGKILL');
    this.#ask('SIGUSR2');
    setTimeout(() => this.#ask('SIGINT'), this.#options.spec.reportMs / 2).unref();
  }

  /** Looks into the kernel's table: an end that nobody reported is an end all the same. */
  verify(now: number): void {
    if (this.#ended || this.pid === 0) return;
    if (isAlive(this.pid, this.startTime)) this.#goneSince = undefined;
    else {
      this.#goneSince ??= now;
      if (now - this.#goneSince >= lostMs)
        this.#end({ reason: 'is gone, and nobody said how', exit: 'failed' }, true);
    }
  }

  #watchTripwire(): void {
    const [wire] = this.#process.stdio.slice(4);
    if (!(wire instanceof Socket)) return;
    // Nothing comes, and what goes wrong with it only means that there is no notice.
    wire.on('error', () => undefined).resume();
    wire.once('close', () => setImmediate(() => this.#wireEnded()));
  }

  /** By now all has been read that was said before; what may still come would be of the dead. */
  #wireEnded(): void {
    const signal = killedBy(this.pid, this.startTime);
    if (signal === undefined || this.#ended) return;
    this.#process.removeAllListeners('message');
    this.#end(toExit(null, signal), false);
  }

  /** The process alone: what it has started would end of it. */
  #ask(signal: NodeJS.Signals): void {
    if (this.#ended) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It ended a moment ago; its exit says so.
    }
  }

  #end(exit: { reason: string; exit: ExitClass }, isGone: boolean): void {
    if (!this.#ended) {
      this.#ended = true;
      // What it had started must not outlive it.
      this.signal('SIGKILL');
      this.#options.onExit(exit);
    }
    if (!isGone || this.#gone) return;
    this.#gone = true;
    this.#options.onGone();
  }
}

const toExit = (code: number | null, signal: NodeJS.Signals | null): { reason: string; exit: ExitClass } => ({
  reason: signal === null ? `ended with code ${code}` : `ended by ${signal}`,
  exit: exitClass(code, signal),
});

/** A child's id as a file name. */
export function fileName(id: string): string {
  return id.replaceAll(/[^\w.-]/g, '-');
}

export const reportFolder = (home: string): string => join(home, 'log', 'reports');

function reportFlags(home: string): string[] {
  return [
    '--trace-sigint',
    '--report-on-signal',
    '--report-signal=SIGUSR2',
    '--report-on-fatalerror',
    '--report-compact',
    '--report-exclude-network',
    '--report-exclude-env',
    `--report-directory=${reportFolder(home)}`,
  ];
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
