import { readFileSync } from 'node:fs';

/**
 * A process as the kernel knows it. The start time (clock ticks since boot) tells a reused pid from the old one, and the state tells a
 * zombie from the living: `kill(pid, 0)` succeeds for both. Undefined when there is none; on systems without /proc only a signal can tell.
 */
export function readProcess(pid: number): { state: string; startTime: string } | undefined {
  const fields = readFields(pid);
  if (fields) return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  return process.platform === 'linux' ? undefined : probe(pid);
}

function readFields(pid: number): string[] | undefined {
  try {
    return statFields(readFileSync(threadStatFile(pid), 'latin1'));
  } catch {
    return undefined;
  }
}

/** The pid of a process's parent; undefined where that cannot be told. */
export function parentOf(pid: number): number | undefined {
  const parent = readFields(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** How a process ended that is dead and that its parent has not been told of yet: 0, or the signal that ended it. Linux only. */
export function readEnd(pid: number): { startTime: string; signal: number } | undefined {
  const fields = readFields(pid);
  if (fields?.[0] !== 'Z') return undefined;
  return { startTime: fields[19] ?? '', signal: Number(fields[49] ?? 0) & 0x7f };
}

/** Of a process's first thread: state and start time are the same, without adding up the times of all the others. */
export const threadStatFile = (pid: number): string => `/proc/${pid}/task/${pid}/stat`;

/** See proc_pid_stat(5): what stands behind the name, which may hold anything; its field 3, the state, is the first here. */
export function statFields(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
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
