import type { Priority } from '../../protocol/speech.ts';
import type { Cue } from './cue.ts';
import type { Place } from './player.ts';
import type { Playlist } from './playlist.ts';
import type { SegmentSound, Voice } from './voice.ts';

/** What is being heard now, and who has to know how far it was. */
export interface Turn {
  readonly voice: Voice;
  /** Under which id it is heard, when it is none of the playlist's; nothing: the playlist knows. */
  readonly airing: string | undefined;
  /** Whether it ends where it is, because something as urgent as this could be said instead. */
  makesWay(priority: Priority): boolean;
  /** Frames of the voice have been written. */
  moved(): void;
  /** Up to where it was heard. */
  place(): Place;
  /** It was heard to its end. */
  heard(): void;
  /** It ends here for now: nobody would hear it, or somebody else goes on. */
  pause(): void;
}

export interface PlaylistTurnOptions {
  playlist: Playlist<SegmentSound>;
  cue: Cue<SegmentSound>;
  voice: Voice;
  /** It was heard to its end. */
  onHeard: (cue: Cue<SegmentSound>) => void;
}

/** A segment that the playlist gave. */
export class PlaylistTurn implements Turn {
  readonly voice: Voice;
  readonly airing = undefined;
  readonly #options: PlaylistTurnOptions;

  constructor(options: PlaylistTurnOptions) {
    this.#options = options;
    this.voice = options.voice;
  }

  makesWay(): boolean {
    return false;
  }

  moved(): void {
    this.#options.playlist.at(this.voice.position);
  }

  place(): Place {
    const { utteranceId, index } = this.#options.cue;
    const { done, position } = this.voice;
    return { utteranceId, nextIndex: done ? index + 1 : index, offset: done ? 0 : position };
  }

  heard(): void {
    const { playlist, cue, onHeard } = this.#options;
    playlist.heard();
    onHeard(cue);
  }

  pause(): void {
    this.#options.playlist.pause(this.voice.position);
  }
}
