import { readFileSync } from 'node:fs';
import { readSidecar } from './sidecar.ts';

const patienceMs = 3_000;
/** Listeners wait for it: the one before needs no longer than a process needs to end. */
const lookEveryMs = 2;

/** Waits until the program that writes this recording is gone: an orphan ends by itself when its input does. Throws when it stays. */
export async function takeOver(file: string): Promise<void> {
  const owner = readSidecar(file)?.owner;
  if (!owner || owner.pid === process.pid) return;
  const deadline = performance.now() + patienceMs;
  while (isAlive(owner)) {
    if (performance.now() > deadline) throw new Error(`process ${owner.pid} still writes it`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** A process, told apart from a later one with the same pid by when it began (Linux; elsewhere empty). */
export interface Owner {
  pid: number;
  began: string;
}

export const self = (): Owner => ({ pid: process.pid, began: beganOf(process.pid) });

export function isAlive({ pid, began }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const found = beganOf(pid);
  return found !== 'gone' && (began === '' || found === '' || found === began);
}

/** Field 22 of `/proc/<pid>/stat`; the name before it may hold spaces. A zombie no longer writes. */
function beganOf(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'gone' : (fields[19] ?? '');
  } catch {
    return 'gone';
  }
}
