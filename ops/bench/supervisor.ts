import { benchOnShow } from './on-show.ts';
import type { BenchOptions, Report } from './report.ts';
import { hardLimitMb } from './supervisor/memory-row.ts';
import { rows } from './supervisor/rows.ts';

const question = 'how well does the supervisor keep its word, on a show that is really on air?';

/** Whether everything else goes on, and heals, when one thing after the other is hurt. */
export async function benchSupervisor(options: BenchOptions): Promise<Report> {
  const services = Object.fromEntries(
    ['ingest', 'reply', 'tts'].map((role) => [role, { softMb: hardLimitMb, limitMb: hardLimitMb }]),
  );
  return await benchOnShow({ question, rows, supervisor: { services }, isSabotaged: true }, options);
}
