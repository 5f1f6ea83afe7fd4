import { readFileSync } from 'node:fs';

/**
 * When the kernel started this process, in clock ticks since boot: with the pid it names a process for good, although pids are used
 * again. Null where /proc isn't, and for a process that is gone or a zombie.
 * @param {number} pid
 * @returns {string | null}
 */
export function processStartTime(pid) {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The command's name is in parentheses and may contain anything; field 3 (state) follows the last one, field 22 is the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}
