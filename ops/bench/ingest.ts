import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { rows } from './ingest/rows.ts';
import { measureRows } from './measure-rows.ts';
import type { BenchOptions, Report } from './report.ts';

/** What reading rooms costs, and whether anything is lost or counted twice, without a show around it. */
export async function benchIngest(options: BenchOptions): Promise<Report> {
  using stop = openStopSignals();
  return {
    question: 'what does reading rooms cost, and is everything kept once?',
    // The storm takes as long as one wants.
    ...(await measureRows(rows, { ...options, signal: stop.signal }, ['storm'])),
  };
}
