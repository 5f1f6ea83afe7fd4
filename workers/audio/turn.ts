import type { Place } from './player.ts';
import type { Cue, Playlist } from './playlist.ts';
import type { SegmentSound, Voice } from './voice.ts';

/** What is being heard now, and who has to know how far it was. */
export interface Turn {
  readonly voice: Voice;
  /** Frames of the voice have been written. */
  moved(): void;
  /** Up to where it was heard; nothing: no successor would go on with it. */
  place(): Place | undefined;
  /** It was heard to its end. */
  heard(): void;
  /** It ends here for now: nobody would hear it, or somebody else goes on. */
  pause(): void;
}

/** A segment that the playlist gave. */
export class PlaylistTurn implements Turn {
  readonly voice: Voice;
  readonly #playlist: Playlist<SegmentSound>;
  readonly #cue: Cue<SegmentSound>;

  constructor(playlist: Playlist<SegmentSound>, cue: Cue<SegmentSound>, voice: Voice) {
    this.#playlist = playlist;
    this.#cue = cue;
    this.voice = voice;
  }

  moved(): void {
    this.#playlist.at(this.voice.position);
  }

  place(): Place {
    const { utteranceId, index } = this.#cue;
    const { done, position } = this.voice;
    return { utteranceId, nextIndex: done ? index + 1 : index, offset: done ? 0 : position };
  }

  heard(): void {
    this.#playlist.heard();
  }

  pause(): void {
    this.#playlist.pause(this.voice.position);
  }
}
