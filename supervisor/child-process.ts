import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { ChildReport, SupervisorCommand } from '../protocol/ipc.ts';
import type { ChildSpec } from './child-spec.ts';
import { withParentDeath } from './parent-death.ts';

export interface ChildProcessOptions {
  spec: ChildSpec;
  project: string;
  home: string;
  onReport: (report: ChildReport) => void;
  /** Called exactly once, also when there was never a process. */
  onExit: (exit: { reason: string; refused: boolean }) => void;
}

const groupGraceMs = 300;
const maxLogBytes = 20_000_000;

/** One process of a child. It leads its own process group, so that ending the group leaves no grandchild. */
export class WorkerProcess {
  readonly #process: ChildProcess;

  constructor(options: ChildProcessOptions) {
    const { spec, project, home } = options;
    const logFile = openLog(join(home, 'log', `${fileName(spec.id)}.ndjson`));
    const heapMb = Math.round(spec.limitMb * 0.6);
    const command = withParentDeath([
      process.execPath,
      `--max-old-space-size=${heapMb}`,
      join(project, spec.entry),
      spec.id,
    ]);
    this.#process = spawn(command[0] ?? process.execPath, command.slice(1), {
      cwd: project,
      detached: true,
      // Output goes to the file itself, never through this process.
      stdio: ['ignore', logFile, logFile, 'ipc'],
      env: {
        ...process.env,
        MALLOC_ARENA_MAX: '2',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(project, '.runtime', 'cache', 'node'),
      },
    });
    closeSync(logFile);
    let ended = false;
    const end = (reason: string, refused: boolean) => {
      if (ended) return;
      ended = true;
      // What it had started may finish its last write; then the group ends.
      setTimeout(() => this.signal('SIGKILL'), groupGraceMs);
      options.onExit({ reason, refused });
    };
    this.#process.on('message', (report) => options.onReport(report as ChildReport));
    this.#process.once('error', (error) => {
      if (this.#process.pid === undefined) end(`cannot be started: ${error.message}`, false);
    });
    this.#process.once('exit', (code, signal) => {
      end(
        signal === null ? `ended with code ${code}` : `ended by ${signal}`,
        code === exitCodes.badConfiguration,
      );
    });
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
    try {
      process.kill(process.platform === 'win32' ? this.pid : -this.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** A child's id as a file name. */
export function fileName(id: string): string {
  return id.replaceAll(/[^\w-]/g, '-');
}

function openLog(path: string): number {
  try {
    if (statSync(path).size > maxLogBytes) renameSync(path, `${path}.1`);
  } catch {
    // There is no log yet.
  }
  return openSync(path, 'a');
}
