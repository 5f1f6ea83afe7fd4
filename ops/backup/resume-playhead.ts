import type { Playhead } from '../../protocol/speech.ts';
import type { HalfSettled, Unfinished } from './unfinished.ts';

const nothing = {
  state: 'idle',
  queuedMs: 0,
  utteranceId: '',
  segmentIndex: 0,
  offsetMs: 0,
  output: '',
} as const;

/**
 * What a room's playhead has to say after a restore. The sound stream begins anew, so it is read from 1. What was half heard goes on
 * where it was, counted from `now`, because the audio worker believes no older playhead; what was heard, but not written down for
 * each of its events, is placed behind its end, so that it is written down and not said again. `playhead` undefined: there was none.
 */
export function resumePlayhead(
  room: string,
  playhead: Playhead | undefined,
  unfinished: Pick<Unfinished, 'isSettled' | 'halfSettled'>,
  now: number,
): Playhead {
  const half = unfinished.halfSettled.filter((each: HalfSettled) => each.room === room);
  const heard = new Set(half.map(({ utteranceId }) => utteranceId));
  const partial = (playhead?.partial ?? []).filter(
    ({ utteranceId }) => !unfinished.isSettled(utteranceId) && !heard.has(utteranceId),
  );
  return {
    ...(playhead ?? nothing),
    room,
    at: now,
    resumeSeq: 1,
    ended: (playhead?.ended ?? []).filter((id) => unfinished.isSettled(id)),
    partial: [
      ...partial,
      ...half.map(({ utteranceId, nextIndex }) => ({ utteranceId, nextIndex, offsetMs: 0 })),
    ],
    queued: [],
  };
}
