import { Worker } from 'node:worker_threads';
import { toFailure } from '../protocol/failure.ts';

/**
 * Set by the supervisor in the environment of a child that the kernel ends together with it: there, no watch is needed.
 * See `supervisor/parent-death.ts`.
 */
export const guardedByKernel = 'ONAIR_PARENT_DEATH';

/**
 * Ends this process when its parent is gone and its own main loop is too busy to notice: a thread looks at the parent's pid, and
 * gives the main loop a second to end by itself.
 */
export function watchForOrphan(): void {
  if (process.env[guardedByKernel] === '1') return;
  const watch = new Worker(new URL('orphan-watch-thread.ts', import.meta.url), {
    workerData: { parent: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 16 },
    execArgv: [],
  });
  watch.on('error', (error) =>
    console.error(`The watch for a lost supervisor ended: ${toFailure(error).message}`),
  );
  watch.unref();
}
