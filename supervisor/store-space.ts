import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StoreSpaceOptions {
  /** Where the store lives; a small file `.space` in it is written again and again. */
  folder: string;
  /** Less than this, and the disk counts as full: there is still time to free something. */
  reserveBytes?: number;
  signal: AbortSignal;
  /** Called when the disk turns full, and again every 10 s for as long as it is. */
  onFull: (reason: string) => void;
  /** Called when it can be written again. */
  onFree: () => void;
}

const lookEveryMs = 2_000;
const lookWhenFullMs = 250;
const sayAgainMs = 10_000;
const answerMs = 5_000;
const noAnswer = 'the disk does not answer';
const probeBytes = new Uint8Array(65_536);
const defaultReserve = 64_000_000;

/**
 * Watches whether the disk takes writes, until the signal says stop. nats-server does not tell: with a full disk it says that it is well,
 * refuses each publish with code 10077, and takes them again as soon as there is room, with nothing lost (2.10.27, seen). So this asks the
 * disk itself: a disk can also be over a quota, have turned read-only, or not answer at all, which no figure of free space shows.
 */
export async function watchStore(options: StoreSpaceOptions): Promise<void> {
  const { folder, reserveBytes = defaultReserve, signal, onFull, onFree } = options;
  let full = false;
  let saidAt = 0;
  let trying: Promise<string> | undefined;
  while (!signal.aborted) {
    // A little more than the reserve, or it would be full and free by turns.
    trying ??= tryStore(folder, full ? reserveBytes * 1.25 : reserveBytes);
    const reason = await answerWithin(trying, signal);
    // One try at a time: a disk that hangs must not take all threads.
    if (reason !== noAnswer) trying = undefined;
    if (signal.aborted) return;
    const now = performance.now();
    if (reason !== '' && (!full || now - saidAt >= sayAgainMs)) {
      saidAt = now;
      onFull(reason);
    }
    if (reason === '' && full) onFree();
    full = reason !== '';
    await sleep(full ? lookWhenFullMs : lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function answerWithin(trying: Promise<string>, signal: AbortSignal): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const giveUp = () => resolve(noAnswer);
  const timer = setTimeout(giveUp, answerMs);
  signal.addEventListener('abort', giveUp);
  void trying.then(resolve);
  const reason = await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', giveUp);
  return reason;
}

/** Empty when it can be written; never throws. */
async function tryStore(folder: string, reserveBytes: number): Promise<string> {
  try {
    await writeFile(join(folder, '.space'), probeBytes, { mode: 0o600 });
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return free < reserveBytes ? `only ${(free / 1_000_000).toFixed(1)} MB are left on the disk` : '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
