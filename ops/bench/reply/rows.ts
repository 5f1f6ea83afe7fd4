import type { Row } from '../measure-rows.ts';
import { measureBoard } from './board-row.ts';
import { measureModel } from './model-row.ts';
import { measureSpeech } from './speech-row.ts';
import { measureWords } from './words-row.ts';

/** In the order in which they are measured. */
export const rows: Record<string, Row> = {
  words: measureWords,
  model: measureModel,
  speech: measureSpeech,
  board: measureBoard,
};
