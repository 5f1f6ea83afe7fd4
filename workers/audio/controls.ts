import type { Playhead } from '../../protocol/speech.ts';

/** What people have set by command, as the playhead carries it to a successor; the schema tells each field. */
export type ControlsView = Required<Pick<Playhead, 'pausedUntil' | 'volume' | 'muted'>>;

export const untouched: ControlsView = { pausedUntil: 0, volume: 0, muted: false };

/** Until somebody says otherwise. */
export const forGood = -1;

/** Pause and volume of a room, with no clock of its own: `now` in unix milliseconds. They outlive the process. */
export class Controls {
  readonly #configured: number;
  #pausedUntil: number;
  #volume: number | undefined;

  /** `configured`: the volume while nobody has set another. */
  constructor({ configured, kept }: { configured: number; kept: ControlsView }) {
    this.#configured = configured;
    this.#pausedUntil = isTime(kept.pausedUntil) ? kept.pausedUntil : 0;
    this.#volume = isSet(kept) ? kept.volume : undefined;
  }

  /** What the sound is multiplied by. */
  get volume(): number {
    return this.#volume ?? this.#configured;
  }

  set volume(volume: number) {
    this.#volume = volume;
  }

  isPaused(now: number): boolean {
    if (this.#pausedUntil !== forGood && now >= this.#pausedUntil) this.#pausedUntil = 0;
    return this.#pausedUntil !== 0;
  }

  /** `forMs` 0: until it is resumed. */
  pause(forMs: number, now: number): void {
    this.#pausedUntil = forMs === 0 ? forGood : now + forMs;
  }

  resume(): void {
    this.#pausedUntil = 0;
  }

  view(): ControlsView {
    return { pausedUntil: this.#pausedUntil, volume: this.#volume ?? 0, muted: this.#volume === 0 };
  }
}

const isTime = (value: number): boolean => value === forGood || (Number.isSafeInteger(value) && value > 0);

const isSet = ({ volume, muted }: ControlsView): boolean =>
  muted || (Number.isFinite(volume) && volume > 0 && volume <= 2);
