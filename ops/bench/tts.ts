import { chooseRows } from './choose-rows.ts';
import type { BenchOptions, Figure, Report } from './report.ts';
import type { TtsMeasured } from './tts/rows.ts';
import { rows } from './tts/rows.ts';

/** How well speech is made, and what may not be heard is found, without a show around it. */
export async function benchTts(options: BenchOptions): Promise<Report> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  const broken: string[] = [];
  // Takes as long as all others together, many times over: only when it is asked for.
  const names = chooseRows(options.only, rows).filter((name) => options.only !== '' || name !== 'faults');
  for (const name of names) {
    options.say(`measuring ${name} …`);
    const measured: TtsMeasured | undefined = await rows[name]?.(options);
    if (!measured) continue;
    figures.push(...measured.figures);
    notes.push(...measured.notes);
    broken.push(...measured.broken);
  }
  return { question: 'what does the speech engine promise, and does it keep it?', figures, notes, broken };
}
