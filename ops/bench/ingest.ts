import { chooseRows } from './choose-rows.ts';
import { rows } from './ingest/rows.ts';
import type { BenchOptions, Figure, Report } from './report.ts';

/** What reading rooms costs, and whether anything is lost or counted twice, without a show around it. */
export async function benchIngest(options: BenchOptions): Promise<Report> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  const broken: string[] = [];
  // Takes as long as one wants: only when it is asked for.
  const names = chooseRows(options.only, rows).filter((name) => options.only !== '' || name !== 'storm');
  for (const name of names) {
    options.say(`measuring ${name} …`);
    const measured = await rows[name]?.(options);
    if (!measured) continue;
    figures.push(...measured.figures);
    notes.push(...measured.notes);
    broken.push(...measured.broken);
  }
  return { question: 'what does reading rooms cost, and is everything kept once?', figures, notes, broken };
}
