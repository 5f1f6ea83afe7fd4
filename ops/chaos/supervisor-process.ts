import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { supervisorArguments } from '../../supervisor/node-arguments.ts';
import { withParentDeath } from '../../supervisor/parent-death.ts';
import { project } from '../operator.ts';

export interface SupervisorProcessOptions {
  home: string;
  configFile: string;
  /** Added to our own. */
  environment: Record<string, string>;
  onLine: (line: string) => void;
}

const keptLines = 100;

/** One life of a supervisor. */
export class SupervisorProcess {
  /** Resolves when it ends, however it does: its exit code, or null. */
  readonly ended: Promise<number | null>;
  /** The last it said. */
  readonly lines: string[] = [];
  /** Once it has ended. */
  exit: { code: number | null } | undefined;
  readonly #process: ChildProcess;

  constructor({ home, configFile, environment, onLine }: SupervisorProcessOptions) {
    const args = [...supervisorArguments, '--home', home, '--config', configFile];
    // A terminal's Ctrl-C reaches a whole group: the order to stop shall come from here alone.
    const [program, ...rest] = withParentDeath([process.execPath, ...args]);
    this.#process = spawn(program ?? process.execPath, rest, {
      cwd: project,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const exited = Promise.withResolvers<number | null>();
    this.ended = exited.promise;
    const end = (code: number | null) => {
      this.exit ??= { code };
      exited.resolve(code);
    };
    this.#process.once('exit', end);
    this.#process.once('error', () => end(null));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (!stream) continue;
      createInterface(stream).on('line', (line) => {
        this.lines.push(line);
        if (this.lines.length > keptLines) this.lines.shift();
        onLine(line);
      });
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.exit) this.#process.kill(signal);
  }
}
