import { ProcFile } from './proc-file.ts';
import { statFields } from './process-table.ts';
import type { Sample } from './sampler.ts';

/** Of the kernel's interface, on every architecture: `USER_HZ`. */
const ticksPerSecond = 100;

interface Known {
  /** Its times. */
  stat: ProcFile;
  /** Its memory, in pages: `status` has the same in so many words that it takes five times as long. */
  statm: ProcFile;
  /** At the sample before. */
  before: { ticks: number; at: number } | undefined;
}

/**
 * CPU and memory as `/proc` has them. Read at once: no disk is waited for, while reading in the background takes a round through the
 * thread pool for each file.
 */
export class ProcSampler {
  readonly #known = new Map<number, Known>();
  readonly #pageBytes = ownPageBytes();

  /** A process that has ended is missing. `now` in milliseconds of any steady clock. */
  sample(pids: readonly number[], now: number): Map<number, Sample> {
    const found = new Map<number, Sample>();
    for (const pid of pids) {
      const known = this.#known.get(pid) ?? open(pid);
      this.#known.set(pid, known);
      const usage = readUsage(known);
      if (!usage) continue;
      const { ticks, pages } = usage;
      const { before } = known;
      const passedMs = before ? now - before.at : 0;
      const busyMs = before ? ((ticks - before.ticks) * 1_000) / ticksPerSecond : 0;
      known.before = { ticks, at: now };
      found.set(pid, {
        rssMb: Math.round((pages * this.#pageBytes) / 1e5) / 10,
        cpuPct: passedMs > 0 ? Math.round((1_000 * busyMs) / passedMs) / 10 : 0,
      });
    }
    for (const [pid, known] of this.#known) {
      if (found.has(pid)) continue;
      this.#known.delete(pid);
      known.stat[Symbol.dispose]();
      known.statm[Symbol.dispose]();
    }
    return found;
  }
}

function open(pid: number): Known {
  const file = (name: string) => new ProcFile(`/proc/${pid}/${name}`);
  return { stat: file('stat'), statm: file('statm'), before: undefined };
}

/** Fields 14 and 15 of the one are the time of the process itself and of the kernel for it, field 2 of the other what is in memory. */
function readUsage({ stat, statm }: Known): { ticks: number; pages: number } | undefined {
  const fields = statFields(stat.read());
  const ticks = Number(fields[11]) + Number(fields[12]);
  const pages = Number(statm.read().split(' ', 2)[1]);
  // A zombie has no memory.
  return Number.isFinite(ticks) && pages > 0 ? { ticks, pages } : undefined;
}

/** A power of two that Node knows, and does not tell: it follows from what both say of this process. */
function ownPageBytes(): number {
  using statm = new ProcFile('/proc/self/statm');
  const pages = Number(statm.read().split(' ', 2)[1]);
  return 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
}
