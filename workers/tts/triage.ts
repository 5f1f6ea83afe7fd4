import type { Segment } from '../../protocol/speech.ts';
import { speakableText } from './speakable-text.ts';

/** In UTF-16 units. Longer than any sentence; an engine would be busy with it for half a minute. */
const maxCharacters = 500;
/** Handed out more often than this, a segment has probably ended the workers that tried it. */
const maxDeliveries = 12;

export type Triage = { kind: 'speak'; text: string } | { kind: 'missing'; reason: string };

export interface TriageContext {
  now: number;
  /** How often the bus has handed the segment out, this time included. */
  deliveries: number;
  draining: boolean;
}

/** What to do with a segment, before any work is spent on it. */
export function triage(segment: Segment, { now, deliveries, draining }: TriageContext): Triage {
  if (segment.expiresAt < now) return missing('expired');
  if (deliveries > maxDeliveries) return missing('poison');
  if (draining && segment.priority !== 'urgent') return missing('stopping');
  // No text of ours shrinks this much, so the cleaning is not paid for a megabyte.
  if (segment.text.length > maxCharacters * 8) return missing(`longer than ${maxCharacters} characters`);
  const text = speakableText(segment.text);
  if (text === '') return missing('nothing to say');
  if (text.length > maxCharacters) return missing(`longer than ${maxCharacters} characters`);
  return { kind: 'speak', text };
}

const missing = (reason: string): Triage => ({ kind: 'missing', reason });
