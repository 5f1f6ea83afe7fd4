import { msOf } from './format.ts';
import type { Line, Partial, Sound } from './line.ts';
import { isReady, waitingSamples } from './line.ts';
import type { PlaybackFacts } from './playback-state.ts';

/** What of the playhead the playlist knows; the schema tells each field. */
export interface PlaylistView {
  queuedMs: number;
  utteranceId: string;
  segmentIndex: number;
  offsetMs: number;
  resumeSeq: number;
  ended: string[];
  partial: { utteranceId: string; nextIndex: number; offsetMs: number }[];
  queued: string[];
}

export interface PlaylistState<S extends Sound> {
  lines: Line<S>[];
  playing: Line<S> | undefined;
  /** The line that was heard last and is not finished. */
  floor: Line<S> | undefined;
  /** Of an earlier process, and not read again yet. */
  restored: Partial[];
  ended: string[];
  resumeSeq: number;
}

/** What of the state of the sound the playlist knows. */
export type PlaylistFacts = Pick<PlaybackFacts, 'playing' | 'floor' | 'isIdleInterrupted' | 'isReplyReady'>;

/** Where a successor finds an utterance that has ended, but has no outcome yet: it only has to write it down. */
const behindEverything = 0xffff_ffff;

/** The playlist as a successor, and those who pace themselves by the sound, have to know it. */
export function viewOf<S extends Sound>(state: PlaylistState<S>): PlaylistView {
  const { lines, playing, floor, restored, ended, resumeSeq } = state;
  const open = lines.filter((line) => !line.ending);
  const current = playing ?? floor;
  const partial = [...lines.filter((line) => line.heard).map(partialOf), ...restored];
  return {
    queuedMs: msOf(open.reduce((sum, line) => sum + waitingSamples(line), 0)),
    utteranceId: current?.id ?? '',
    segmentIndex: current?.next ?? 0,
    offsetMs: msOf(current?.offset ?? 0),
    resumeSeq,
    ended,
    partial: partial.map(({ utteranceId, nextIndex, offset }) => ({
      utteranceId,
      nextIndex,
      offsetMs: msOf(offset),
    })),
    queued: open.map(({ id }) => id),
  };
}

/** Asked with every frame. */
export function factsOf<S extends Sound>({
  lines,
  playing,
  floor,
}: {
  lines: Iterable<Line<S>>;
  playing: Line<S> | undefined;
  floor: Line<S> | undefined;
}): PlaylistFacts {
  let isIdleInterrupted = false;
  let isReplyReady = false;
  for (const line of lines) {
    if (line.ending || line === playing) continue;
    if (line.priority !== 'idle') isReplyReady ||= isReady(line);
    else if (line !== floor) isIdleInterrupted ||= line.startedOrder > 0;
  }
  return { playing: playing?.priority, floor: floor?.priority, isIdleInterrupted, isReplyReady };
}

function partialOf<S extends Sound>({ id, next, offset, ending }: Line<S>): Partial {
  return ending
    ? { utteranceId: id, nextIndex: behindEverything, offset: 0 }
    : { utteranceId: id, nextIndex: next, offset };
}
