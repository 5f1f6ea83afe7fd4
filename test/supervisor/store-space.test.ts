import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventEmitter } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import t from 'tap';
import { watchStore } from '../../supervisor/store-space.ts';
import { next, tempHome } from './own-nats.ts';

void t.test(
  'a full disk is told, nothing that was acked is lost, and the bus works again as soon as there is room',
  async (t) => {
    const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const scenario = [process.execPath, join(import.meta.dirname, 'disk-full.ts'), join(tempHome(t), 'disk')];
    const { stdout } = await promisify(execFile)('unshare', ['--mount', ...asUser, ...scenario], {
      timeout: 120_000,
    });
    const seen = JSON.parse(stdout) as Record<string, unknown>;
    t.comment(stdout);
    t.match(seen, { keptThroughRestart: true, lost: 0, twice: 0, restarts: 1 });
    t.match(seen['full'], /only [\d.]+ MB are left|no space left/);
    t.ok(Number(seen['acked']) >= Number(seen['whenFull']) + 50);
  },
);

void t.test('watchStore() tells of a disk that cannot be written, and when it can be again', async (t) => {
  const home = tempHome(t);
  const folder = join(home, 'store');
  const stop = new AbortController();
  const heard = new EventEmitter();
  const full = next(heard, 'full');
  const watching = watchStore({
    folder,
    reserveBytes: 0,
    signal: stop.signal,
    onFull: (reason) => heard.emit('full', reason),
    onFree: () => heard.emit('free'),
  });
  t.match(await full, /ENOENT/);
  const free = next(heard, 'free');
  mkdirSync(folder);
  await free;
  const again = next(heard, 'full');
  rmSync(folder, { recursive: true });
  t.match(await again, /ENOENT/);
  stop.abort();
  await watching;
});
