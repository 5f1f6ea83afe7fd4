import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { chooseRows } from './choose-rows.ts';
import type { BenchOptions, Figure } from './report.ts';

/** What a row has seen; see `Report`. */
export interface Measured {
  figures: Figure[];
  notes: string[];
  broken?: string[];
}

/** A row that needs no show around it: it opens what it measures. */
export type Row = (options: BenchOptions) => Promise<Measured>;

/**
 * Measures the rows that are wanted, one after the other; those `onRequest` only when they are named. What a row could not measure is a
 * broken promise, and costs nothing of what the others have seen.
 */
export async function measureRows(
  rows: Record<string, Row>,
  options: BenchOptions,
  onRequest: readonly string[] = [],
): Promise<Required<Measured>> {
  const all: Required<Measured> = { figures: [], notes: [], broken: [] };
  for (const name of chooseRows(options.only, rows)) {
    if (options.only === '' && onRequest.includes(name)) continue;
    if (options.signal?.aborted) break;
    options.say(`measuring ${name} …`);
    try {
      const { figures, notes, broken = [] } = (await rows[name]?.(options)) ?? { figures: [], notes: [] };
      all.figures.push(...figures);
      all.notes.push(...notes);
      all.broken.push(...broken);
    } catch (error) {
      all.broken.push(`${name} could not be measured: ${describeFailure(toFailure(error))}`);
    }
  }
  if (options.signal?.aborted) all.notes.push('ended before its time');
  return all;
}
