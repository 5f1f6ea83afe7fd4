import type { Segment } from '../../protocol/speech.ts';
import { speechText } from './text/speech-text.ts';

/** In UTF-16 units. Longer than any sentence; an engine would be busy with it for half a minute. */
const maxCharacters = 500;
/**
 * The last resort, when nobody keeps account of what workers died of: being handed out is no fault, since every planned replacement
 * of a worker hands out again what it had.
 */
const maxDeliveries = 1_000;

export type Triage = { kind: 'speak'; text: string } | { kind: 'missing'; reason: string };

export interface TriageContext {
  now: number;
  /** How often the bus has handed the segment out, this time included. */
  deliveries: number;
  /** The show ends: only what is urgent is still worth a sound. */
  stopping: boolean;
}

/** What to do with a segment, before any work is spent on it. */
export function triage(segment: Segment, { now, deliveries, stopping }: TriageContext): Triage {
  if (deliveries > maxDeliveries) return missing('poison');
  if (segment.expiresAt < now) return missing('expired');
  if (stopping && segment.priority !== 'urgent') return missing('stopping');
  // No text of ours shrinks this much, so the reading is not paid for a megabyte.
  if (segment.text.length > maxCharacters * 8) return missing(`longer than ${maxCharacters} characters`);
  const text = speechText(segment.text);
  if (text === '') return missing('nothing to say');
  if (text.length > maxCharacters) return missing(`longer than ${maxCharacters} characters`);
  return { kind: 'speak', text };
}

const missing = (reason: string): Triage => ({ kind: 'missing', reason });
