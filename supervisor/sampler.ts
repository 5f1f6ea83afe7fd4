import pidusage from 'pidusage';

export interface Sample {
  rssMb: number;
  /** Percent of one core, since the sample before; 0 at the first. */
  cpuPct: number;
}

/** CPU and memory of processes by pid. A process that ended meanwhile is missing. */
export async function sample(pids: number[]): Promise<Map<number, Sample>> {
  const found = new Map<number, Sample>();
  if (pids.length === 0) return found;
  // One dead pid makes the call for all of them fail on some systems, so ask for each.
  await Promise.all(
    pids.map(async (pid) => {
      try {
        const { memory, cpu } = await pidusage(pid, { maxage: 10_000 });
        found.set(pid, { rssMb: Math.round(memory / 1e5) / 10, cpuPct: Math.round(cpu * 10) / 10 });
      } catch {
        // It ended between listing and asking.
      }
    }),
  );
  return found;
}
