import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processStartTime } from './process-start-time.mjs';

/** A lock file that is still empty was created a moment ago, or its writer died between the two; after this it is the latter. */
const emptyLockMs = 10_000;
const pollMs = 200;

/**
 * Takes the lock file, waiting for the process that holds it. A lock whose process is gone (or whose pid belongs to another process
 * by now: the start time differs) is broken.
 *
 * @param {string} path
 * @param {{deadlineMs: number, signal: AbortSignal, onWait: (pid: number) => void}} options
 * @returns {Promise<() => void>} gives it back; may be called twice
 * @throws {Error} when it is still held after the deadline, or the signal ends the wait
 */
export async function acquireLock(path, { deadlineMs, signal, onWait }) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({
    pid: process.pid,
    startTime: processStartTime(process.pid),
    id: randomUUID(),
  });
  const until = performance.now() + deadlineMs;
  let told = false;
  for (;;) {
    if (createExclusively(path, mine)) return () => release(path, mine);
    const content = readIfThere(path);
    if (content === null) continue;
    if (isStale(content, path)) {
      breakLock(path, content);
      continue;
    }
    const pid = readHolder(content)?.pid ?? 0;
    if (performance.now() >= until)
      throw new Error(`another set-up (pid ${pid}) has held ${path} for ${deadlineMs / 1000} s`);
    if (!told) onWait(pid);
    told = true;
    await delay(pollMs, undefined, { signal });
  }
}

/** @param {string} path @param {string} content */
function createExclusively(path, content) {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} content @param {string} path */
function isStale(content, path) {
  const holder = readHolder(content);
  if (holder === null)
    return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > emptyLockMs;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH'; // EPERM: alive, another user's
  }
  return holder.startTime !== null && processStartTime(holder.pid) !== holder.startTime;
}

/** @param {string} content @returns {{pid: number, startTime: string | null} | null} */
function readHolder(content) {
  try {
    const { pid, startTime } = JSON.parse(content);
    return Number.isInteger(pid) && pid > 0 ? { pid, startTime: startTime ?? null } : null;
  } catch {
    return null; // empty or half written
  }
}

/** Two may find the same stale lock; the slower one must not remove what the faster one has just made. @param {string} path @param {string} stale */
function breakLock(path, stale) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return;
    throw error;
  }
  const taken = readIfThere(aside);
  rmSync(aside, { force: true });
  if (taken !== null && taken !== stale) createExclusively(path, taken);
}

/** @param {string} path @param {string} mine */
function release(path, mine) {
  if (readIfThere(path) === mine) rmSync(path, { force: true });
}

/** @param {string} path @returns {string | null} */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null;
    throw error;
  }
}
