import { readFileSync, readdirSync } from 'node:fs';
import { isAlive, readProcess } from '../../supervisor/process-table.ts';

/** A process that belongs to a show. The start time tells it from a later one with the same pid. */
export interface Member {
  pid: number;
  startTime: string;
  /** Process group. */
  group: number;
  /** The beginning of its command line, for people. */
  command: string;
}

/** Every process whose environment has an entry, such as `NAME=value`: what a show starts has inherited the show's own. Own processes only, from /proc. */
export function findMembers(entry: string): Member[] {
  return processIds().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(entry)) return [];
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return [];
    }
    return describe(pid) ?? [];
  });
}

/** Who of them is left, and who else is in one of their process groups. */
export function findLeftovers(members: Member[], entry: string): Member[] {
  const left = members.filter(({ pid, startTime }) => isAlive(pid, startTime));
  const groups = new Set(members.map(({ group }) => group));
  const grouped = processIds().flatMap((pid) => {
    const member = groups.has(groupOf(pid)) ? describe(pid) : undefined;
    return member ?? [];
  });
  const all = [...left, ...findMembers(entry), ...grouped].filter(({ pid }) => pid !== process.pid);
  return [...new Map(all.map((member) => [member.pid, member])).values()];
}

function processIds(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
}

function describe(pid: number): Member | undefined {
  const startTime = readProcess(pid)?.startTime;
  if (startTime === undefined || !isAlive(pid, startTime)) return undefined;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 120);
    return { pid, startTime, group: groupOf(pid), command };
  } catch {
    return undefined;
  }
}

function groupOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return -1;
  }
}
