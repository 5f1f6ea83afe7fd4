import { delay } from '../delay.ts';
import { frameMs, frameSamples } from './format.ts';
import { FrameClock } from './frame-clock.ts';
import { primeMs } from './outputs/device-outputs.ts';
import type { PlayerOptions } from './player-options.ts';
import type { Frame } from './sound-source.ts';
import { SoundSource } from './sound-source.ts';
import { Volume } from './volume.ts';

export type { Outputs, Place, PlayerOptions } from './player-options.ts';

/** Where the place cannot be noted, a successor repeats at most this much, and what it takes to tell it. */
const playheadEveryFrames = { speaking: 5, otherwise: 8 };
const silence: Frame = { frame: new Int16Array(frameSamples), source: undefined };

/** The clock of a room: every 20 ms a frame of what the playlist has, or of silence, for ever. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #source: SoundSource;
  readonly #volume: Volume;
  #brokenSince: number | undefined;
  #pausedSince: number | undefined;
  #sinceTold = 0;
  #changed = true;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#source = new SoundSource({ ...options, onChange: () => this.changed() });
    this.#volume = new Volume(options.controls.volume);
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
      for (let frame = 0; frame < frames; frame++) {
        this.#write(this.#frame(), now);
        this.#follow();
      }
      this.#notePlace();
      this.#tick();
      await delay(clock.untilNext(performance.now()), signal);
    }
  }

  /** Finishes what is at hand; resolves when nothing is left that could be heard. */
  async drain(): Promise<void> {
    this.#source.isDraining = true;
    this.#options.playlist.drain();
    await this.#drained.promise;
  }

  /** Ends what is being said, in the middle when it must be. */
  cut(): void {
    this.#source.forget();
    this.#fadeOut(performance.now());
    this.#notePlace();
    this.#options.playlist.cut();
    this.changed();
    this.#tick();
  }

  /** Stops where it is, fading out, for a successor to go on from there; nothing may be written after it. */
  halt(): void {
    const { outputs, mayPlay } = this.#options;
    if (!mayPlay()) return;
    if (this.#isPaused()) this.#source.forget();
    if (outputs.accepting) this.#fadeOut(performance.now());
    this.#source.leave();
    this.#notePlace();
    this.tell();
  }

  /** The controls say that it is paused: what is being said waits where it is. */
  pause(): void {
    this.#breakOff();
    this.changed();
  }

  /** Ends what is being said; returns its words, or nothing when nothing was. */
  skip(reason: string): string | undefined {
    const { airing } = this.#source;
    this.#breakOff();
    this.#source.forget();
    this.changed();
    return airing === undefined ? this.#options.playlist.skip(reason) : 'a filler';
  }

  /** Ends what is being said and what waits, but for what is urgent; returns how many utterances that were. */
  stop(reason: string): number {
    this.#breakOff();
    this.#source.forget();
    this.changed();
    return this.#options.playlist.stop(reason);
  }

  /** Something of the playhead is different now. */
  changed(): void {
    this.#changed = true;
  }

  /** All that is still to be heard; what lies under the voice fades out even where nobody speaks. */
  #fadeOut(now: number): void {
    const rest = this.#source.takeRest();
    for (const frame of rest.length === 0 && this.#options.mix ? [silence] : rest) this.#write(frame, now);
  }

  /** Where nobody hears it there is nothing to fade. */
  #breakOff(): void {
    if (this.#options.outputs.accepting) this.#source.breakOff();
    else this.#source.leave();
  }

  /** Takes back what went down with a sink, and lets go of the voice when there is no output at all. */
  #goBack(): void {
    const { outputs } = this.#options;
    this.#source.goBack(outputs.takeLost());
    this.#brokenSince = outputs.broken ? (this.#brokenSince ?? Date.now()) : undefined;
    if (!outputs.broken || !this.#source.isTaken) return;
    this.#source.leave();
    this.changed();
  }

  #write({ frame, source }: Frame, now: number): void {
    const { outputs, controls, mix } = this.#options;
    const voice = Int16Array.from(frame);
    this.#volume.apply(voice, controls.volume);
    const mixed = mix ? mix(voice, source !== undefined, this.#volume.now) : voice;
    outputs.write(toBuffer(mixed), now);
  }

  #frame(): Frame {
    const { outputs, onProgress } = this.#options;
    // Nobody would hear it: it waits.
    if (!outputs.accepting) return silence;
    const frame = this.#source.read({ isPaused: this.#isPaused() });
    if (frame.source) onProgress();
    return frame;
  }

  #isPaused(): boolean {
    const isPaused = this.#options.controls.isPaused(Date.now());
    this.#pausedSince = isPaused ? (this.#pausedSince ?? Date.now()) : undefined;
    return isPaused;
  }

  /** Not what is still in this process: when it is killed, that was not heard. */
  #notePlace(): void {
    if (!this.#options.outputs.isDelivered) return;
    for (const place of this.#source.takePlaces()) this.#options.onPlace(place);
  }

  #tick(): void {
    const { playlist, onEnding } = this.#options;
    playlist.tick(Date.now(), this.#unheard());
    for (const ending of playlist.takeEndings()) {
      onEnding(ending);
      this.changed();
    }
    this.#follow();
    this.#sinceTold += 1;
    const { speaking, otherwise } = playheadEveryFrames;
    if (this.#changed || this.#sinceTold >= (this.#source.isTaken ? speaking : otherwise)) this.tell();
    if (this.#source.isDraining && this.#isDrained()) this.#drained.resolve();
  }

  #unheard(): { since: number; reason: string } | undefined {
    const isPaused = this.#isPaused();
    if (this.#brokenSince !== undefined) return { since: this.#brokenSince, reason: 'no output works' };
    if (!isPaused || this.#pausedSince === undefined) return undefined;
    return { since: this.#pausedSince, reason: 'expired while paused' };
  }

  /** Nothing is left that could be heard: a sink that takes nothing may be dead, and what it had is known only later. */
  #isDrained(): boolean {
    const { accepting, broken } = this.#options.outputs;
    // Nothing of a room that is paused is to be heard any more.
    if (this.#isPaused()) return true;
    if (!broken && !(accepting && this.#source.isHeard)) return false;
    return this.#options.playlist.isDrained(Date.now());
  }

  #follow(): void {
    const { playlist, outputs, playback } = this.#options;
    const isChanged = playback.follow({
      ...playlist.facts(),
      ...this.#source.facts(),
      isPaused: this.#isPaused(),
      isAccepting: outputs.accepting,
    });
    if (isChanged) this.changed();
  }

  /** Says where the listeners are, now. */
  tell(): void {
    const { room, playlist, outputs, controls, playback, isDucking, onPlayhead } = this.#options;
    this.#follow();
    const worthKeeping = this.#changed || this.#source.isTaken;
    this.#changed = false;
    this.#sinceTold = 0;
    const view = playlist.view();
    const { airing } = this.#source;
    const heard =
      airing === undefined ? view : { ...view, utteranceId: airing, segmentIndex: 0, offsetMs: 0 };
    const playhead = {
      room,
      at: Date.now(),
      ...heard,
      state: playback.state,
      output: outputs.name,
      ...controls.view(),
      failedOver: outputs.failedOver,
      ducking: isDucking?.() ?? false,
    };
    onPlayhead(playhead, worthKeeping);
  }
}

function toBuffer(frame: Int16Array): Buffer {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}
