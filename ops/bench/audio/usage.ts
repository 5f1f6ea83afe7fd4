import { delay } from '../../../workers/delay.ts';
import { readProcessFigures } from '../../chaos/process-figures.ts';
import type { Figure } from '../report.ts';

/** What processes take over some time, as lines of the table; `pids` by what they are called there. Those that end meanwhile are left out. */
export async function usageFigures(
  pids: Record<string, number>,
  { when, forMs, signal }: { when: string; forMs: number; signal: AbortSignal },
): Promise<Figure[]> {
  const began = performance.now();
  const before = Object.entries(pids).map(([who, pid]) => ({ who, pid, from: readProcessFigures(pid) }));
  await delay(forMs, signal);
  signal.throwIfAborted();
  const tookMs = performance.now() - began;
  return before.flatMap(({ who, pid, from }) => {
    const to = readProcessFigures(pid);
    if (!from || !to) return [];
    return [
      {
        what: `CPU of ${who} ${when}`,
        value: (100 * (to.cpuMs - from.cpuMs)) / tookMs,
        unit: '% of a core',
      },
      { what: `memory of ${who} ${when}`, value: to.rssMb, unit: 'MB' },
    ];
  });
}
