import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runUnconnected } from '../../workers/child.ts';
import { openSimulator } from './open-simulator.ts';

/** A simulated room or speech server as a child of the supervisor; it listens where it did in an earlier life, and logs what it sends. */
await runUnconnected('sim', async (child) => {
  const { options, draining, signal } = child;
  const simulator = options.config.simulators.find(({ id }) => id === options.subject);
  if (!simulator) throw new Error(`Cannot start "${options.id}": simulators has no "${options.subject}"`);
  const folder = join(options.home, 'sim');
  mkdirSync(folder, { recursive: true });
  await using server = await openSimulator(simulator, {
    port: Number(options.previousAddress.split(':')[1] ?? 0),
    logFile: join(folder, `${simulator.id}-${options.runId}.ndjson`),
  });
  await child.initialised(`127.0.0.1:${server.port}`);
  child.started();
  // A server that was told to exit ends, and is started again like any child.
  await Promise.race([once(AbortSignal.any([draining, signal]), 'abort'), server.untilDone()]);
});
