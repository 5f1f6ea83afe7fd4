import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { withParentDeath } from '../../../supervisor/parent-death.ts';

/** Keeps every core of the machine busy with programs of its own that do nothing else. */
export class BusyCores implements AsyncDisposable {
  readonly #programs: ChildProcess[] = cpus().map(() => {
    const [program = process.execPath, ...rest] = withParentDeath([process.execPath, '-e', 'for (;;);']);
    return spawn(program, rest, { stdio: 'ignore' });
  });

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#programs.map(async (program) => {
        if (program.exitCode !== null || program.signalCode !== null) return;
        const ended = once(program, 'exit');
        program.kill('SIGKILL');
        await ended;
      }),
    );
  }
}
