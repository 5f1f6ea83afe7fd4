import type { ProcessFigures } from './process-figures.ts';
import { slopeOf } from './trend.ts';

/** What one process took over a run. */
export interface Usage {
  name: string;
  startMb: number;
  endMb: number;
  /** Growth of the resident memory after the first quarter of the run, in which caches fill and code is compiled. */
  slopeMbPerHour: number;
  /** Mean, in percent of one core. */
  cpuPct: number;
  samples: number;
}

interface Sample extends ProcessFigures {
  atMs: number;
}

const warmUpShare = 0.25;
const hourMs = 3_600_000;

/** Samples of processes by name. Pure. A process that was replaced begins anew, since its figures are another's. */
export class UsageLog {
  readonly #processes = new Map<string, { pid: number; samples: Sample[] }>();

  add(name: string, pid: number, figures: ProcessFigures, atMs: number): void {
    const known = this.#processes.get(name);
    const sample = { ...figures, atMs };
    if (known?.pid === pid) known.samples.push(sample);
    else this.#processes.set(name, { pid, samples: [sample] });
  }

  /** The latest of each process, and its CPU since the sample before; for a line while it runs. */
  latest(): { name: string; rssMb: number; cpuPct: number }[] {
    return [...this.#processes].map(([name, { samples }]) => {
      return { name, rssMb: samples.at(-1)?.rssMb ?? 0, cpuPct: cpuOf(samples.slice(-2)) };
    });
  }

  /** `durationMs`: length of the run, on the clock of the samples. */
  usages(durationMs: number): Usage[] {
    return [...this.#processes].map(([name, { samples }]) => {
      const settled = samples.filter(({ atMs }) => atMs >= durationMs * warmUpShare);
      const slope = slopeOf(settled.map(({ atMs, rssMb }) => ({ x: atMs / hourMs, y: rssMb })));
      return {
        name,
        startMb: round(samples[0]?.rssMb ?? 0),
        endMb: round(samples.at(-1)?.rssMb ?? 0),
        slopeMbPerHour: round(slope),
        cpuPct: round(cpuOf(samples)),
        samples: samples.length,
      };
    });
  }
}

function cpuOf(samples: Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.atMs === first.atMs) return 0;
  return (100 * (last.cpuMs - first.cpuMs)) / (last.atMs - first.atMs);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
