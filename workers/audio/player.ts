import type { Playhead } from '../../protocol/speech.ts';
import { delay } from '../delay.ts';
import type { Cue } from './cue.ts';
import { frameMs, frameSamples } from './format.ts';
import { FrameClock } from './frame-clock.ts';
import type { Ending } from './line.ts';
import { primeMs } from './outputs/find-output.ts';
import type { Playlist } from './playlist.ts';
import { RecentFrames } from './recent-frames.ts';
import type { Turn } from './turn.ts';
import { PlaylistTurn } from './turn.ts';
import type { SegmentSound } from './voice.ts';
import { Voice } from './voice.ts';

/** Where the frames go. */
export interface Outputs {
  /** What is written now reaches a sink. */
  accepting: boolean;
  /** No output works, and none is about to. */
  broken: boolean;
  /** What was written is out of this process. */
  isDelivered: boolean;
  name: string;
  write(frame: Buffer, now: number): void;
  skip(samples: number): void;
  takeLost(): number;
}

export interface PlayerOptions {
  room: string;
  volume: number;
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
  /** A segment was heard to its end. */
  onHeard?: (cue: Cue<SegmentSound>) => void;
  /** What to say, and how loud, when the playlist has nothing and nothing was heard for so long. */
  fill?: (silentMs: number, volume: number) => Turn | undefined;
  /** When something was last heard in the room, on the clock of `performance.now()`; nothing: just now. */
  audibleAt?: number;
  /** What leaves: the voice, and whatever is to be heard under it. The frame may be changed in place. */
  mix?: (frame: Int16Array, isSpeaking: boolean) => Int16Array;
}

/** Up to where an utterance was heard: `offset` samples of its segment `nextIndex`. */
export interface Place {
  utteranceId: string;
  nextIndex: number;
  offset: number;
}

/** Where the place cannot be noted, a successor repeats at most this much, and what it takes to tell it. */
const playheadEveryFrames = { speaking: 5, otherwise: 8 };
const silence = new Int16Array(frameSamples);

/** The clock of a room: every 20 ms a frame of what the playlist has, or of silence, for ever. */
export class Player {
  readonly #options: PlayerOptions;
  #turn: Turn | undefined;
  #place: Place | undefined;
  readonly #recent = new RecentFrames<Voice>();
  /** Ends of sentences that went down with a sink after their voice had ended; at most a second. */
  #again: { frame: Int16Array; source: Voice | undefined }[] = [];
  #audibleAt: number;
  #brokenSince: number | undefined;
  #sinceTold = 0;
  #changed = true;
  #draining = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#audibleAt = options.audibleAt ?? performance.now();
  }

  /** Runs until the signal says stop. The first frame is due at once: listeners may be waiting for it. */
  async run(signal: AbortSignal): Promise<void> {
    const { outputs, counters, mayPlay } = this.#options;
    const clock = new FrameClock({ startMs: performance.now() - frameMs, catchUpMs: primeMs });
    while (!signal.aborted) {
      if (!mayPlay()) {
        await delay(frameMs, signal);
        continue;
      }
      const now = performance.now();
      const { frames, lostFrames } = clock.due(now);
      if (lostFrames > 0) {
        counters['underruns'] = (counters['underruns'] ?? 0) + 1;
        counters['lostMs'] = (counters['lostMs'] ?? 0) + lostFrames * frameMs;
        outputs.skip(lostFrames * frameSamples);
      }
      this.#goBack();
      for (let frame = 0; frame < frames; frame++) this.#write(this.#frame(), now);
      this.#notePlace();
      this.#tick();
      await delay(clock.untilNext(performance.now()), signal);
    }
  }

  /** Finishes what is at hand; resolves when nothing is left that could be heard. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#options.playlist.drain();
    await this.#drained.promise;
  }

  /** Ends what is being said, in the middle when it must be. */
  cut(): void {
    const { playlist } = this.#options;
    const turn = this.#turn;
    if (turn && !turn.voice.done) this.#fadeOut(turn, performance.now());
    this.#notePlace();
    this.#leave();
    this.#again = [];
    playlist.cut();
    this.changed();
    this.#tick();
  }

  /** Stops where it is, fading out, for a successor to go on from there; nothing may be written after it. */
  halt(): void {
    const { outputs, mayPlay } = this.#options;
    if (!mayPlay()) return;
    const now = performance.now();
    if (outputs.accepting) {
      for (const { frame, source } of this.#again.splice(0)) this.#write({ frame, source }, now);
      if (this.#turn) this.#fadeOut(this.#turn, now);
    }
    this.#leave();
    this.#notePlace();
    this.tell();
  }

  /** Something of the playhead is different now. */
  changed(): void {
    this.#changed = true;
  }

  /** Takes back what went down with a sink, and lets go of the voice when there is no output at all. */
  #goBack(): void {
    const { outputs } = this.#options;
    const turn = this.#turn;
    const { again, currentSamples } = this.#recent.takeLost(outputs.takeLost(), turn?.voice);
    this.#again = [...again, ...this.#again];
    if (turn && currentSamples > 0) {
      turn.voice.rewind(currentSamples);
      this.#moved(turn);
    }
    this.#brokenSince = outputs.broken ? (this.#brokenSince ?? Date.now()) : undefined;
    if (!outputs.broken || !this.#turn) return;
    this.#leave();
    this.changed();
  }

  #leave(): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (turn && !turn.voice.done) turn.pause();
  }

  #write({ frame, source }: { frame: Int16Array; source: Voice | undefined }, now: number): void {
    const { outputs, mix } = this.#options;
    const mixed = mix ? mix(Int16Array.from(frame), source !== undefined) : frame;
    outputs.write(toBuffer(mixed), now);
  }

  #frame(): { frame: Int16Array; source: Voice | undefined } {
    const { outputs, onProgress } = this.#options;
    // Nobody would hear it: it waits.
    if (!outputs.accepting) return { frame: silence, source: undefined };
    const { frame, source } = this.#again.shift() ?? this.#speak();
    this.#recent.add(frame, source);
    if (source) {
      this.#audibleAt = performance.now();
      onProgress();
    }
    return { frame, source };
  }

  #speak(): { frame: Int16Array; source: Voice | undefined } {
    this.#turn ??= this.#nextTurn();
    const turn = this.#turn;
    if (!turn) return { frame: silence, source: undefined };
    const isCut = this.#mustMakeWay(turn);
    const frame = turn.voice.read({ cut: isCut });
    this.#moved(turn);
    if (isCut) {
      this.#leave();
      this.changed();
    }
    return { frame, source: turn.voice };
  }

  #nextTurn(): Turn | undefined {
    const { playlist, volume, fill, onHeard = () => undefined } = this.#options;
    const cue = playlist.next(Date.now());
    const turn = cue
      ? new PlaylistTurn({
          playlist,
          cue,
          voice: new Voice({ sound: cue.sound, from: cue.from, volume }),
          onHeard,
        })
      : this.#draining
        ? undefined
        : fill?.(performance.now() - this.#audibleAt, volume);
    if (turn) this.changed();
    return turn;
  }

  #mustMakeWay(turn: Turn): boolean {
    if (turn.airing === undefined) return false;
    const priority = this.#options.playlist.peek(Date.now());
    return this.#draining || (priority !== undefined && turn.makesWay(priority));
  }

  #fadeOut(turn: Turn, now: number): void {
    this.#write({ frame: turn.voice.read({ cut: true }), source: turn.voice }, now);
    this.#moved(turn);
  }

  #moved(turn: Turn): void {
    const { counters } = this.#options;
    turn.moved();
    this.#place = turn.place() ?? this.#place;
    if (!turn.voice.done) return;
    this.#turn = undefined;
    turn.heard();
    if (turn.airing === undefined) counters['segments'] = (counters['segments'] ?? 0) + 1;
    this.changed();
  }

  /** Not what is still in this process: when it is killed, that was not heard. */
  #notePlace(): void {
    if (!this.#place || !this.#options.outputs.isDelivered) return;
    this.#options.onPlace(this.#place);
    this.#place = undefined;
  }

  #tick(): void {
    const { playlist, onEnding } = this.#options;
    playlist.tick(Date.now(), this.#brokenSince);
    for (const ending of playlist.takeEndings()) {
      onEnding(ending);
      this.changed();
    }
    this.#sinceTold += 1;
    const { speaking, otherwise } = playheadEveryFrames;
    if (this.#changed || this.#sinceTold >= (this.#turn ? speaking : otherwise)) this.tell();
    if (this.#draining && this.#isHeard() && playlist.isDrained(Date.now())) this.#drained.resolve();
  }

  /** Nothing is to be said again, nor can be: a sink that takes nothing may be dead, and what it had is known only later. */
  #isHeard(): boolean {
    const { accepting, broken } = this.#options.outputs;
    return broken || (accepting && this.#again.length === 0);
  }

  /** Says where the listeners are, now. */
  tell(): void {
    const { room, playlist, outputs, onPlayhead } = this.#options;
    const worthKeeping = this.#changed || this.#turn !== undefined;
    this.#changed = false;
    this.#sinceTold = 0;
    const view = playlist.view();
    const state = outputs.accepting ? view.state : 'paused';
    const airing = this.#turn?.airing;
    const heard =
      airing === undefined ? view : { ...view, utteranceId: airing, segmentIndex: 0, offsetMs: 0 };
    onPlayhead({ room, at: Date.now(), ...heard, state, output: outputs.name }, worthKeeping);
  }
}

function toBuffer(frame: Int16Array): Buffer {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}
