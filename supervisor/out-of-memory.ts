import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../protocol/roles.ts';

/** What the kernel takes first when memory runs out: -1000 (never) to 1000. */
const supervisorScore = -500;

/** Every child goes before the supervisor, and the sound goes last: it can play on from what it has. */
export function outOfMemoryScore(role: Role): number {
  return role === 'audio' ? 200 : 300;
}

/**
 * Makes a process a likelier victim of the kernel than it was, never a less likely one. True when it now is at least that likely; false
 * where the kernel knows no such thing, or the process has ended.
 */
export function offerToKernel(pid: number, score: number, processes = '/proc'): boolean {
  return change(join(processes, String(pid), 'oom_score_adj'), (before) => Math.max(before, score));
}

/**
 * Makes this process an unlikely victim, and what it starts afterwards too: the bus, which everything needs. Only a privileged process
 * may (or its service manager, before); false otherwise, and nothing is lost but that.
 */
export function hideFromKernel(processes = '/proc'): boolean {
  return change(join(processes, 'self', 'oom_score_adj'), (before) => Math.min(before, supervisorScore));
}

function change(file: string, next: (before: number) => number): boolean {
  try {
    const before = Number(readFileSync(file, 'utf8'));
    const after = next(before);
    if (after !== before) writeFileSync(file, String(after));
    return true;
  } catch {
    // Not Linux, not allowed, or gone: each caller has nothing else to do then.
    return false;
  }
}
