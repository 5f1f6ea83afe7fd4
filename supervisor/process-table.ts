import { readFileSync } from 'node:fs';

/**
 * A process as the kernel knows it. The start time (clock ticks since boot) tells a reused pid from the old one, and the state tells a
 * zombie from the living: `kill(pid, 0)` succeeds for both. Undefined when there is none; on systems without /proc only a signal can tell.
 */
export function readProcess(pid: number): { state: string; startTime: string } | undefined {
  try {
    // Of its first thread: the same two, without adding up the times of all the others.
    const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return process.platform === 'linux' ? undefined : probe(pid);
  }
}

export function isAlive(pid: number, startTime?: string): boolean {
  const found = readProcess(pid);
  if (!found || found.state === 'Z' || found.state === 'X') return false;
  return startTime === undefined || startTime === '' || found.startTime === startTime;
}

function probe(pid: number): { state: string; startTime: string } | undefined {
  try {
    process.kill(pid, 0);
    return { state: 'R', startTime: '' };
  } catch {
    return undefined;
  }
}
