import type { Playhead } from '../../protocol/speech.ts';
import { delay } from '../delay.ts';
import { frameMs, frameSamples } from './format.ts';
import { FrameClock } from './frame-clock.ts';
import type { Ending } from './line.ts';
import { primeMs } from './outputs/find-output.ts';
import type { Playlist } from './playlist.ts';
import type { SegmentSound } from './voice.ts';
import { Voice } from './voice.ts';

/** Where the frames go. */
export interface Outputs {
  accepting: boolean;
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
  /** Sound was heard. */
  onProgress: () => void;
}

/** A successor repeats at most this, and what it takes to write it down. */
const playheadEveryFrames = 8;
const silence = Buffer.alloc(frameSamples * 2);

/** The clock of a room: every 20 ms a frame of what the playlist has, or of silence, for ever. */
export class Player {
  readonly #options: PlayerOptions;
  #voice: Voice | undefined;
  #sinceTold = 0;
  #changed = true;
  #draining = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  /** Runs until the signal says stop. */
  async run(signal: AbortSignal): Promise<void> {
    const { outputs, counters } = this.#options;
    const clock = new FrameClock({ startMs: performance.now(), catchUpMs: primeMs });
    while (!signal.aborted) {
      const now = performance.now();
      const { frames, lostFrames } = clock.due(now);
      if (lostFrames > 0) {
        counters['underruns'] = (counters['underruns'] ?? 0) + 1;
        counters['lostMs'] = (counters['lostMs'] ?? 0) + lostFrames * frameMs;
        outputs.skip(lostFrames * frameSamples);
      }
      this.#voice?.rewind(outputs.takeLost());
      for (let frame = 0; frame < frames; frame++) outputs.write(this.#frame(), now);
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
    const { outputs, playlist } = this.#options;
    if (this.#voice && !this.#voice.done) {
      outputs.write(toBuffer(this.#voice.read({ cut: true })), performance.now());
      playlist.at(this.#voice.position);
    }
    this.#voice = undefined;
    playlist.cut();
    this.changed();
    this.#tick();
  }

  /** Something of the playhead is different now. */
  changed(): void {
    this.#changed = true;
  }

  #frame(): Buffer {
    const { outputs, playlist, volume, counters, onProgress } = this.#options;
    // Nobody would hear it: it waits.
    if (!outputs.accepting) return silence;
    if (!this.#voice) {
      const cue = playlist.next(Date.now());
      if (!cue) return silence;
      this.#voice = new Voice({ sound: cue.sound, from: cue.from, volume });
      this.changed();
    }
    const frame = toBuffer(this.#voice.read());
    playlist.at(this.#voice.position);
    if (this.#voice.done) {
      this.#voice = undefined;
      playlist.heard();
      counters['segments'] = (counters['segments'] ?? 0) + 1;
      this.changed();
    }
    onProgress();
    return frame;
  }

  #tick(): void {
    const { playlist, onEnding } = this.#options;
    playlist.tick(Date.now());
    for (const ending of playlist.takeEndings()) {
      onEnding(ending);
      this.changed();
    }
    this.#sinceTold += 1;
    if (this.#changed || this.#sinceTold >= playheadEveryFrames) this.tell();
    if (this.#draining && playlist.isDrained(Date.now())) this.#drained.resolve();
  }

  /** Says where the listeners are, now. */
  tell(): void {
    const { room, playlist, outputs, onPlayhead } = this.#options;
    const worthKeeping = this.#changed || this.#voice !== undefined;
    this.#changed = false;
    this.#sinceTold = 0;
    const view = playlist.view();
    const state = outputs.accepting ? view.state : 'paused';
    onPlayhead({ room, at: Date.now(), ...view, state, output: outputs.name }, worthKeeping);
  }
}

function toBuffer(frame: Int16Array): Buffer {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}
