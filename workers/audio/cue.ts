import type { Priority } from '../../protocol/speech.ts';
import type { Sound } from './line.ts';

/** What to play now: a segment's sound from a sample on. */
export interface Cue<S extends Sound> {
  utteranceId: string;
  index: number;
  priority: Priority;
  text: string;
  sound: S;
  from: number;
}
