import type { BenchOptions, Figure } from '../report.ts';
import { measureBoard } from './board-row.ts';
import { measureModel } from './model-row.ts';
import { measureSpeech } from './speech-row.ts';
import { measureWords } from './words-row.ts';

export interface ReplyMeasured {
  figures: Figure[];
  notes: string[];
}

export type ReplyRow = (options: BenchOptions) => Promise<ReplyMeasured>;

/** In the order in which they are measured. */
export const rows: Record<string, ReplyRow> = {
  words: measureWords,
  model: measureModel,
  speech: measureSpeech,
  board: measureBoard,
};
