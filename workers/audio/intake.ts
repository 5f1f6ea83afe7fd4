import type { AudioChunk, Segment } from '../../protocol/speech.ts';
import type { Playlist } from './playlist.ts';
import type { Renditions } from './renditions.ts';
import { shortenSilence } from './shorten-silence.ts';
import type { SegmentSound } from './voice.ts';
import { toSound } from './voice.ts';

/** What became of a chunk; all but `taken` and `complete` are worth counting. */
export type Taken = 'taken' | 'complete' | 'missing' | 'duplicate' | 'stray' | 'refused';

export interface IntakeOptions {
  room: string;
  playlist: Playlist<SegmentSound>;
  renditions: Renditions;
  /** Takes what is not to be heard now. */
  keep: (chunk: AudioChunk) => Taken;
  onRefused: (reason: string, chunk: AudioChunk) => void;
}

const maxSegments = 1_000;
/** What goes into the ledger is a line. */
const maxNote = 400;
/** Longer than any pause that somebody makes in a sentence. */
const longestSilenceMs = 1_000;
/** The sound of an utterance is kept for less than that: who still waits then waits for nothing. */
const longestWaitMs = 3_600_000;

/** Brings chunks, as they come from the stream, into the playlist. Never throws for what is in a chunk. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  take(chunk: AudioChunk, seq: number): Taken {
    const { room, playlist, renditions, keep, onRefused } = this.#options;
    const segment = withinReach(chunk.segment);
    const refuse = (reason: string): Taken => {
      onRefused(reason, chunk);
      return 'refused';
    };
    if (segment.room !== room) return refuse(`segment of room "${segment.room}"`);
    if (!segment.utteranceId || segment.index >= maxSegments) return refuse('segment without a valid place');
    if (segment.keep) {
      playlist.pass(seq);
      return keep(chunk);
    }

    const seen = playlist.see(segment, seq);
    if (seen === 'ended') return 'stray';
    if (seen === 'known') return 'duplicate';
    if (chunk.missingReason) {
      renditions.forget(segment.id);
      playlist.miss(segment, chunk.missingReason);
      return 'missing';
    }
    const added = renditions.add(chunk);
    switch (added.kind) {
      case 'waiting':
        return 'taken';
      case 'duplicate':
        return 'duplicate';
      case 'refused':
        return refuse(added.reason);
      case 'empty':
        playlist.miss(segment, 'no samples');
        return 'missing';
      case 'complete': {
        const recorded = shortenSilence(added.recorded, longestSilenceMs);
        if (recorded.pcm.length === 0) {
          playlist.miss(segment, 'only silence');
          return 'missing';
        }
        playlist.put(segment, toSound(recorded), chunk.note?.slice(0, maxNote));
        return 'complete';
      }
    }
  }
}

/** With an expiry that can be reached: until then whoever plays has to remember it. */
function withinReach(segment: Segment): Segment {
  const latest = Date.now() + longestWaitMs;
  return segment.expiresAt <= latest ? segment : { ...segment, expiresAt: latest };
}
