import { rows } from './audio/rows.ts';
import { benchOnShow } from './on-show.ts';
import type { BenchOptions, Report } from './report.ts';

const question = 'does the sound go on, whoever ends under it?';

/** What listeners hear, read from the recording, while those who make and play the sound are killed and stopped. */
export async function benchAudio(options: BenchOptions): Promise<Report> {
  return await benchOnShow({ question, rows, supervisor: {}, isSabotaged: false }, options);
}
