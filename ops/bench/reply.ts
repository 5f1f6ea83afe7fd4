import { measureRows } from './measure-rows.ts';
import { rows } from './reply/rows.ts';
import type { BenchOptions, Report } from './report.ts';

/** How fast answers are found, and kept from saying what they must not. */
export async function benchReply(options: BenchOptions): Promise<Report> {
  return {
    question: 'how soon is there something to say, and what does looking at it cost?',
    ...(await measureRows(rows, options)),
  };
}
