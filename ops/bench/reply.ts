import { chooseRows } from './choose-rows.ts';
import type { ReplyMeasured } from './reply/rows.ts';
import { rows } from './reply/rows.ts';
import type { BenchOptions, Figure, Report } from './report.ts';

/** How fast answers are found, and kept from saying what they must not. */
export async function benchReply(options: BenchOptions): Promise<Report> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const name of chooseRows(options.only, rows)) {
    options.say(`measuring ${name} …`);
    const measured: ReplyMeasured | undefined = await rows[name]?.(options);
    if (!measured) continue;
    figures.push(...measured.figures);
    notes.push(...measured.notes);
  }
  return {
    question: 'how soon is there something to say, and what does looking at it cost?',
    figures,
    notes,
  };
}
