import { measureRows } from './measure-rows.ts';
import type { BenchOptions, Report } from './report.ts';
import { rows } from './tts/rows.ts';

/** How well speech is made, and what may not be heard is found, without a show around it. */
export async function benchTts(options: BenchOptions): Promise<Report> {
  return {
    question: 'what does the speech engine promise, and does it keep it?',
    // These take as long as all others together, many times over.
    ...(await measureRows(rows, options, ['faults', 'aired'])),
  };
}
