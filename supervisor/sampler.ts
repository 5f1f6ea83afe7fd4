import type pidusage from 'pidusage';
import { ProcSampler } from './proc-sample.ts';

export interface Sample {
  rssMb: number;
  /** Percent of one core, since the sample before; 0 at the first. */
  cpuPct: number;
}

const maxAgeMs = 10_000;
const proc = process.platform === 'linux' ? new ProcSampler() : undefined;

/** CPU and memory of processes by pid. A process that ended meanwhile is missing. */
export async function sample(pids: number[]): Promise<Map<number, Sample>> {
  if (proc) return proc.sample(pids, performance.now());
  const found = new Map<number, Sample>();
  if (pids.length === 0) return found;
  for (const [pid, usage] of await ask(pids)) {
    const { memory, cpu } = usage;
    found.set(pid, { rssMb: Math.round(memory / 1e5) / 10, cpuPct: Math.round(cpu * 10) / 10 });
  }
  return found;
}

type Usage = { memory: number; cpu: number };

/** All at once costs least; where one dead pid makes that fail, each for itself. */
async function ask(pids: number[]): Promise<[number, Usage][]> {
  const library = (await import('pidusage')).default as typeof pidusage;
  try {
    const usages = (await library(pids, { maxage: maxAgeMs })) as Record<string, Usage | null>;
    return Object.entries(usages).flatMap(([pid, usage]) => (usage ? [[Number(pid), usage]] : []));
  } catch {
    const each = pids.map(async (pid): Promise<[number, Usage][]> => {
      try {
        return [[pid, await library(pid, { maxage: maxAgeMs })]];
      } catch {
        // It ended between listing and asking.
        return [];
      }
    });
    return (await Promise.all(each)).flat();
  }
}
