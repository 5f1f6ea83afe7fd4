import type { PlaybackState, Priority } from '../../protocol/speech.ts';

/** What the state of the sound follows from. */
export interface PlaybackFacts {
  /** Priority of the utterance that is being heard. */
  playing: Priority | undefined;
  /** Priority of the one that was heard last and is not finished. */
  floor: Priority | undefined;
  /** An idle script was begun, is not finished, and has not the floor. */
  isIdleInterrupted: boolean;
  /** Something more urgent than a script waits, and could be said. */
  isReplyReady: boolean;
  /** Something kept is being heard, because nothing came. */
  isFilling: boolean;
  /** By a command. */
  isPaused: boolean;
  /** Somebody can hear it. */
  isAccepting: boolean;
}

/**
 * - `paused`: by a command, or because no output takes anything; left when both are over.
 * - `filling`: nothing came for too long, and something kept is heard; left at its end.
 * - `speaking`: an utterance is heard.
 * - `yielding`: the same, while an idle script stands interrupted at a sentence's end and goes on later; also while what is more
 *   urgent is about to begin in its place.
 * - `buffering`: an utterance was begun and its next sentence is missing; nothing is heard.
 * - `idle`: nothing was begun, and nothing is heard.
 *
 * What is heard is told before what waits.
 */
export function stateOf(facts: PlaybackFacts): PlaybackState {
  const { playing, floor, isIdleInterrupted, isReplyReady, isFilling, isPaused, isAccepting } = facts;
  if (isPaused || !isAccepting) return 'paused';
  if (isFilling) return 'filling';
  if (playing !== undefined) return isIdleInterrupted && playing !== 'idle' ? 'yielding' : 'speaking';
  if (floor === 'urgent' || floor === 'normal') return 'buffering';
  if (floor === 'idle' || isIdleInterrupted) return isReplyReady ? 'yielding' : 'buffering';
  return 'idle';
}

/**
 * What may follow each state, from one frame to the next. A filler comes only after a silence, so never right behind speech. A pause may
 * end with anything: what it has interrupted goes on.
 */
const followers: Record<PlaybackState, readonly PlaybackState[]> = {
  idle: ['buffering', 'speaking', 'yielding', 'filling', 'paused'],
  buffering: ['idle', 'speaking', 'yielding', 'filling', 'paused'],
  speaking: ['idle', 'buffering', 'yielding', 'paused'],
  yielding: ['idle', 'buffering', 'speaking', 'paused'],
  filling: ['idle', 'buffering', 'speaking', 'yielding', 'paused'],
  paused: ['idle', 'buffering', 'speaking', 'yielding', 'filling'],
};

export const mayFollow = (from: PlaybackState, to: PlaybackState): boolean => followers[from].includes(to);
