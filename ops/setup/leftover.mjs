import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { processStartTime } from './process-start-time.mjs';

const endDeadlineMs = 5000;
const pollMs = 20;

/**
 * Notes a child that must not go on alone. A set-up that is killed can't end its npm or apt-get, which would then write into the
 * same folders as the next one's.
 * @param {string} file
 * @param {number} pid leader of its process group
 */
export function noteChild(file, pid) {
  writeFileSync(file, JSON.stringify({ pid, startTime: processStartTime(pid) }));
}

/**
 * Ends the child that a killed set-up left behind, if it still runs, and forgets the note. Does nothing where a process can't be told
 * from a later one with the same pid.
 * @param {string} file
 * @param {AbortSignal} signal
 * @param {number} [patienceMs] how long it may go on to its own end first
 * @returns {Promise<void>}
 */
export async function endLeftover(file, signal, patienceMs = 0) {
  const child = readNote(file);
  if (child === null) return rmSync(file, { force: true });
  const runs = () => processStartTime(child.pid) === child.startTime;
  const patientUntil = performance.now() + patienceMs;
  while (runs() && performance.now() < patientUntil) await delay(pollMs, undefined, { signal });
  rmSync(file, { force: true });
  const until = performance.now() + endDeadlineMs;
  while (runs() && performance.now() < until) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      return; // it has just ended, or is another user's
    }
    await delay(pollMs, undefined, { signal });
  }
}

/** @param {string} file @returns {{pid: number, startTime: string} | null} */
function readNote(file) {
  try {
    const { pid, startTime } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 1 && typeof startTime === 'string' ? { pid, startTime } : null;
  } catch {
    return null; // the usual case: nothing was left
  }
}
