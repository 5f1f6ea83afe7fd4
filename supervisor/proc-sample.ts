import { readFileSync } from 'node:fs';
import type { Sample } from './sampler.ts';

/** Of the kernel's interface, on every architecture: `USER_HZ`. */
const ticksPerSecond = 100;

interface Known {
  /** Tells a reused pid from the old one. */
  startTime: string;
  ticks: number;
  at: number;
}

/**
 * CPU and memory as `/proc` has them. Read at once: no disk is waited for, while reading in the background takes a round through the
 * thread pool for each file.
 */
export class ProcSampler {
  readonly #known = new Map<number, Known>();

  /** A process that has ended is missing. `now` in milliseconds of any steady clock. */
  sample(pids: readonly number[], now: number): Map<number, Sample> {
    const found = new Map<number, Sample>();
    for (const pid of pids) {
      const read = readUsage(pid);
      if (!read) continue;
      const { startTime, ticks, rssMb } = read;
      const before = this.#known.get(pid);
      const isSame = before?.startTime === startTime && now > before.at;
      const busyMs = isSame ? ((ticks - before.ticks) * 1_000) / ticksPerSecond : 0;
      const cpuPct = isSame ? (100 * busyMs) / (now - before.at) : 0;
      this.#known.set(pid, { startTime, ticks, at: now });
      found.set(pid, { rssMb, cpuPct: Math.round(cpuPct * 10) / 10 });
    }
    for (const pid of this.#known.keys()) if (!found.has(pid)) this.#known.delete(pid);
    return found;
  }
}

/** See proc_pid_stat(5): behind the name, which may hold anything, field 14 is the user time, 15 that of the kernel, 22 the start. */
function readUsage(pid: number): { startTime: string; ticks: number; rssMb: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    // A zombie has no memory.
    const rssKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    const ticks = Number(fields[11]) + Number(fields[12]);
    if (!Number.isFinite(rssKb) || !Number.isFinite(ticks)) return undefined;
    return { startTime: fields[19] ?? '', ticks, rssMb: Math.round((rssKb * 1_024) / 1e5) / 10 };
  } catch {
    return undefined;
  }
}
