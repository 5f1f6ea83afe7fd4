import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runUnconnected } from '../../workers/child.ts';
import { DEFAULT_SETTINGS } from './douyin-room/room-settings.ts';
import { openDouyinRoom } from './douyin-room/server.ts';

/** A simulated room as a child of the supervisor; it listens where it did in an earlier life, and logs what it sends. */
await runUnconnected('sim', async (child) => {
  const { options, draining, signal } = child;
  const simulator = options.config.simulators.find(({ id }) => id === options.subject);
  if (!simulator) throw new Error(`Cannot start "${options.id}": simulators has no "${options.subject}"`);
  const folder = join(options.home, 'sim');
  mkdirSync(folder, { recursive: true });
  await using room = await openDouyinRoom({
    port: Number(options.previousAddress.split(':')[1] ?? 0),
    webRid: simulator.webRid,
    seed: simulator.seed,
    scenario: simulator.silent ? { type: 'silent' } : { type: 'random', pace: simulator.pace },
    logFile: join(folder, `${simulator.id}-${options.runId}.ndjson`),
    sentLimit: DEFAULT_SETTINGS.sentLimit,
  });
  await child.initialised(`127.0.0.1:${room.port}`);
  child.started();
  await once(AbortSignal.any([draining, signal]), 'abort');
});
