import type { Playhead } from '../../protocol/speech.ts';
import type { Controls } from './controls.ts';
import type { Cue } from './cue.ts';
import type { Ending } from './line.ts';
import type { Playback } from './playback.ts';
import type { Playlist } from './playlist.ts';
import type { Turn } from './turn.ts';
import type { SegmentSound } from './voice.ts';

/** Where the frames go. */
export interface Outputs {
  /** What is written now reaches a sink. */
  accepting: boolean;
  /** No output works, and none is about to. */
  broken: boolean;
  /** What was written is out of this process. */
  isDelivered: boolean;
  name: string;
  /** It is not the first that is configured. */
  failedOver: boolean;
  write(frame: Buffer, now: number): void;
  skip(samples: number): void;
  takeLost(): number;
}

export interface PlayerOptions {
  room: string;
  /** Pause and volume, as people have set them. */
  controls: Controls;
  playback: Playback;
  playlist: Playlist<SegmentSound>;
  outputs: Outputs;
  counters: Record<string, number>;
  onEnding: (ending: Ending) => void;
  /** Several times a second; `worthKeeping` while speaking and on every change. */
  onPlayhead: (playhead: Playhead, worthKeeping: boolean) => void;
  /** With every frame of speech that was written. */
  onPlace: (place: Place) => void;
  /** False: somebody else may have the room by now, so nothing is put out. */
  mayPlay: () => boolean;
  /** Sound was heard. */
  onProgress: () => void;
  /** A segment begins with the next frame that is mixed, or goes on after a break. */
  onCue?: (cue: Cue<SegmentSound>) => void;
  /** A segment was heard to its end. */
  onHeard?: (cue: Cue<SegmentSound>) => void;
  /** What to say when the playlist has nothing and nothing was heard for so long. */
  fill?: (silentMs: number) => Turn | undefined;
  /** When something was last heard in the room, on the clock of `performance.now()`; nothing: just now. */
  audibleAt?: number;
  /**
   * What leaves: the voice, and whatever is to be heard beside it, which is to be as loud as `volume` says (0 to 2) at the frame's end.
   * The frame may be changed in place.
   */
  mix?: (frame: Int16Array, isSpeaking: boolean, volume: number) => Int16Array;
  /** What lies under the voice is down. */
  isDucking?: () => boolean;
}

/** Up to where an utterance was heard: `offset` samples of its segment `nextIndex`. */
export interface Place {
  utteranceId: string;
  nextIndex: number;
  offset: number;
}
