import { readFileSync } from 'node:fs';

/** What the system says of a process now. */
export interface ProcessFigures {
  rssMb: number;
  /** Processor time since its start. */
  cpuMs: number;
}

/** Linux counts processor time in hundredths of a second for programs, whatever its own clock is. */
const tickMs = 10;

/** Figures of a process from /proc; undefined when there is none. */
export function readProcessFigures(pid: number): ProcessFigures | undefined {
  if (pid <= 0) return undefined;
  try {
    return parseProcessFigures(
      readFileSync(`/proc/${pid}/stat`, 'latin1'),
      readFileSync(`/proc/${pid}/status`, 'latin1'),
    );
  } catch {
    // It ended between listing and asking.
    return undefined;
  }
}

/** From the texts of `stat` and `status`. The name in `stat` may hold blanks and brackets, so that one counts from its end. */
export function parseProcessFigures(stat: string, status: string): ProcessFigures | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rssKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(rssKb) || !Number.isFinite(ticks)) return undefined;
  return { rssMb: rssKb / 1_024, cpuMs: ticks * tickMs };
}
