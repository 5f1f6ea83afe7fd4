import { measureDecode } from './ingest/decode-row.ts';
import type { BenchOptions, Report } from './report.ts';

/** The row "decode" of "ingest" alone. */
export async function benchDecode(options: BenchOptions): Promise<Report> {
  const { figures, notes } = await measureDecode(options);
  return {
    question: 'what does a frame cost, from bytes to events, against gunzipSync alone?',
    figures,
    notes,
  };
}
