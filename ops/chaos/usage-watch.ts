import { delay } from '../../workers/delay.ts';
import { readProcessFigures } from './process-figures.ts';
import type { Show } from './show.ts';
import type { Usage } from './usage-log.ts';
import { UsageLog } from './usage-log.ts';

const sampleEveryMs = 1_000;

/** Looks at the supervisor's memory and CPU until the signal says stop; answers with what the last one of the run took. */
export async function watchSupervisor(show: Show, signal: AbortSignal): Promise<Usage | undefined> {
  const log = new UsageLog();
  let pid = 0;
  let sinceAt = 0;
  while (!signal.aborted) {
    // Each life is judged by itself: warm-up belongs to it.
    if (show.pid !== pid) sinceAt = Date.now();
    pid = show.pid;
    const figures = readProcessFigures(pid);
    if (figures) log.add('supervisor', pid, figures, Date.now() - sinceAt);
    await delay(sampleEveryMs, signal);
  }
  return log.usages(Date.now() - sinceAt)[0];
}
