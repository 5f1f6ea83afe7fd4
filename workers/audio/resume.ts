import type { Playhead } from '../../protocol/speech.ts';
import type { ControlsView } from './controls.ts';
import { untouched } from './controls.ts';
import { readAiring } from './fillers/airing-id.ts';
import { samplesOf } from './format.ts';
import type { Partial } from './line.ts';
import type { Resume } from './line.ts';
import type { Position } from './position.ts';

/** A playhead and under which epoch it was said. */
export interface Kept {
  playhead: Playhead;
  epoch: number;
}

/** The sound of what began longer ago than this may be gone from its stream, and nobody can go on with it. */
const partialTtlMs = 900_000;

/** The one that says more: of the later holder, or else the later one. */
export function newest(a: Kept | undefined, b: Kept | undefined): Kept | undefined {
  if (!a || !b) return a ?? b;
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b;
  return b.playhead.at > a.playhead.at ? b : a;
}

/** Where to go on: after what the playhead says, and more exactly after those of `positions` that were noted since. */
export function toResume(kept: Kept | undefined, positions: Position[], now: number): Resume {
  const { playhead, epoch } = kept ?? { playhead: undefined, epoch: 0 };
  const ended = playhead?.ended ?? [];
  const partial = playhead && now - playhead.at < partialTtlMs ? playhead.partial.map(toPartial) : [];
  const later = positions.filter(
    (position) =>
      position.epoch >= epoch &&
      position.at >= (playhead?.at ?? 0) &&
      now - position.at < partialTtlMs &&
      !ended.includes(position.utteranceId) &&
      // Nobody goes on with a filler.
      readAiring(position.utteranceId) === undefined,
  );
  return {
    resumeSeq: Math.max(1, playhead?.resumeSeq ?? 1),
    ended,
    partial: later.reduce(moved, partial),
  };
}

/** What people have set by command, which outlives the process that they told it. */
export function toControls(kept: Kept | undefined): ControlsView {
  const { pausedUntil, volume, muted } = untouched;
  const { playhead } = kept ?? {};
  return {
    pausedUntil: playhead?.pausedUntil ?? pausedUntil,
    volume: playhead?.volume ?? volume,
    muted: playhead?.muted ?? muted,
  };
}

function moved(partial: Partial[], { utteranceId, nextIndex, offset }: Position): Partial[] {
  const place = { utteranceId, nextIndex, offset };
  const isKnown = partial.some((each) => each.utteranceId === utteranceId);
  if (!isKnown) return [...partial, place];
  // Of an utterance that has ended the playhead knows more.
  return partial.map((each) =>
    each.utteranceId === utteranceId && each.nextIndex <= nextIndex ? place : each,
  );
}

function toPartial({ utteranceId, nextIndex, offsetMs }: Playhead['partial'][number]): Partial {
  return { utteranceId, nextIndex, offset: samplesOf(offsetMs) };
}
