import type { Priority } from '../../protocol/speech.ts';
import { frameSamples } from './format.ts';
import type { Place, PlayerOptions } from './player-options.ts';
import type { PlaybackFacts } from './playback-state.ts';
import { RecentFrames } from './recent-frames.ts';
import type { Turn } from './turn.ts';
import { PlaylistTurn } from './turn.ts';
import { Voice, fadedOut } from './voice.ts';

export interface Frame {
  frame: Int16Array;
  /** Whose sound it is; nothing for silence. */
  source: Voice | undefined;
}

export type SoundSourceOptions = Pick<
  PlayerOptions,
  'playlist' | 'counters' | 'onCue' | 'onHeard' | 'fill' | 'audibleAt'
> & {
  /** The playhead is different now. */
  onChange: () => void;
};

const silence: Frame = { frame: new Int16Array(frameSamples), source: undefined };

/** Frame by frame what is to be heard: what went down with a sink, then what the playlist has, or a filler, or silence. */
export class SoundSource {
  readonly #options: SoundSourceOptions;
  #turn: Turn | undefined;
  /** Of each utterance that was heard since they were taken, in the order in which they were. */
  readonly #places = new Map<string, Place>();
  readonly #recent = new RecentFrames<Voice>();
  /** Ends of sentences that went down with a sink after their voice had ended; at most a second. */
  #again: Frame[] = [];
  /** The last of what was broken off. */
  #fading: Frame | undefined;
  #audibleAt: number;
  /** Who had the turn last, and whether the last frame was heard. */
  #last: { airing: string | undefined; priority: Priority | undefined } = {
    airing: undefined,
    priority: undefined,
  };
  #isSounding = false;
  /** Begins nothing of its own any more. */
  isDraining = false;

  constructor(options: SoundSourceOptions) {
    this.#options = options;
    this.#audibleAt = options.audibleAt ?? performance.now();
  }

  /** Somebody's turn it is. */
  get isTaken(): boolean {
    return this.#turn !== undefined;
  }

  /** What is heard that is none of the playlist's. */
  get airing(): string | undefined {
    return this.#turn?.airing;
  }

  /** Of the last frame: whose it was. Between two sentences nobody has the turn, and no listener hears that. */
  facts(): Pick<PlaybackFacts, 'playing' | 'isFilling'> {
    const { airing, priority } = this.#last;
    const isFilling = this.#isSounding && airing !== undefined;
    return { playing: this.#isSounding && !isFilling ? priority : undefined, isFilling };
  }

  /** Nothing is to be said again. */
  get isHeard(): boolean {
    return this.#again.length === 0 && this.#fading === undefined;
  }

  /** The next frame. While paused only what was broken off fades out. */
  read({ isPaused }: { isPaused: boolean }): Frame {
    const taken = this.#takeFading() ?? (isPaused ? silence : (this.#again.shift() ?? this.#speak()));
    this.#recent.add(taken.frame, taken.source);
    this.#isSounding = taken.source !== undefined;
    // A silence that is meant is none.
    if (taken.source || isPaused) this.#audibleAt = performance.now();
    return taken;
  }

  /** Takes back so many samples that went down with a sink. */
  goBack(lostSamples: number): void {
    const turn = this.#turn;
    const { again, currentSamples } = this.#recent.takeLost(lostSamples, turn?.voice);
    this.#again = [...again, ...this.#again];
    if (!turn || currentSamples === 0) return;
    turn.voice.rewind(currentSamples);
    this.#moved(turn);
  }

  /** What is heard is left where it is: nobody hears it any more, or somebody else goes on. */
  leave(): void {
    const turn = this.#turn;
    this.#turn = undefined;
    this.#isSounding = false;
    if (turn && !turn.voice.done) turn.pause();
  }

  /** The same, and the next frame fades it out. */
  breakOff(): void {
    const turn = this.#turn;
    const [first] = this.#again;
    if (first) {
      this.#again.shift();
      this.#fading = { ...first, frame: fadedOut(first.frame) };
    } else if (turn) this.#fading = this.#fadeOut(turn);
    this.leave();
    this.#isSounding = this.#fading !== undefined;
  }

  /** The same, with all that is still to be heard of it, at once. */
  takeRest(): Frame[] {
    const turn = this.#turn;
    const rest = [this.#takeFading(), ...this.#again.splice(0), turn && this.#fadeOut(turn)];
    this.leave();
    return rest.filter((frame) => frame !== undefined);
  }

  /** Nothing that was read is said again. */
  forget(): void {
    this.#again = [];
    this.#recent.forget();
  }

  /** Up to where each was heard that was heard since the last call; the latest comes last. */
  takePlaces(): Place[] {
    const places = [...this.#places.values()];
    this.#places.clear();
    return places;
  }

  #takeFading(): Frame | undefined {
    const fading = this.#fading;
    this.#fading = undefined;
    return fading;
  }

  #speak(): Frame {
    this.#turn ??= this.#nextTurn();
    const turn = this.#turn;
    if (!turn) return silence;
    if (this.#mustMakeWay(turn)) {
      const last = this.#fadeOut(turn);
      this.leave();
      this.#options.onChange();
      return last;
    }
    const frame = turn.voice.read();
    this.#moved(turn);
    return { frame, source: turn.voice };
  }

  #nextTurn(): Turn | undefined {
    const { playlist, fill, onCue, onHeard = () => undefined, onChange } = this.#options;
    const cue = playlist.next(Date.now());
    const turn = cue
      ? new PlaylistTurn({
          playlist,
          cue,
          voice: new Voice({ sound: cue.sound, from: cue.from, volume: 1 }),
          onHeard,
        })
      : this.isDraining
        ? undefined
        : fill?.(performance.now() - this.#audibleAt);
    if (cue) onCue?.(cue);
    if (!turn) return undefined;
    this.#last = { airing: turn.airing, priority: cue?.priority };
    onChange();
    return turn;
  }

  #mustMakeWay(turn: Turn): boolean {
    if (turn.airing === undefined) return false;
    const priority = this.#options.playlist.peek(Date.now());
    return this.isDraining || (priority !== undefined && turn.makesWay(priority));
  }

  #fadeOut(turn: Turn): Frame {
    const frame = turn.voice.read({ cut: true });
    this.#moved(turn);
    return { frame, source: turn.voice };
  }

  #moved(turn: Turn): void {
    const { counters, onChange } = this.#options;
    turn.moved();
    this.#notePlace(turn.place());
    if (!turn.voice.done) return;
    this.#turn = undefined;
    turn.heard();
    if (turn.airing === undefined) counters['segments'] = (counters['segments'] ?? 0) + 1;
    onChange();
  }

  #notePlace(place: Place): void {
    this.#places.delete(place.utteranceId);
    this.#places.set(place.utteranceId, place);
  }
}
