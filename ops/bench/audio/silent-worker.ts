import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema, demoConfig } from '../../../protocol/config.ts';
import { openQuietBus } from '../quiet-bus.ts';
import { WorkerProcess } from '../worker-process.ts';

const room = 'demo';

/**
 * Lets something happen while somebody plays a room in which nothing is ever said, not even by itself; gets its pid and its home, which
 * is in `folder` until then.
 */
export async function withSilentWorker<Result>(
  folder: string,
  during: (worker: { pid: number; home: string; room: string }) => Promise<Result>,
): Promise<Result> {
  const home = mkdtempSync(join(folder, 'silent-'));
  const config = configSchema.parse({
    ...Object(demoConfig),
    audio: { outputs: ['file'], fillers: { lines: [], promises: [], keepIdleLines: 0 } },
  });
  try {
    await using link = await openQuietBus(config, home);
    await using worker = new WorkerProcess('audio');
    await worker.initialise({
      id: `audio:${room}`,
      role: 'audio',
      subject: room,
      runId: 'bench',
      home,
      bus: link.accessFor('audio'),
      config,
      previousAddress: '',
      poison: [],
      hurry: false,
      afterDeath: '',
      isTrial: false,
    });
    worker.start({ lease: `audio:${room}`, epoch: 1 });
    await worker.report('started');
    return await during({ pid: worker.process.pid ?? 0, home, room });
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
