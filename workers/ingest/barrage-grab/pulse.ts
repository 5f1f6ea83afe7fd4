interface PulseOptions {
  afterMs: number;
  /** No beat for so long: the room's messages may be lost. */
  onLost: () => void;
  onBeat: () => void;
  /** Nothing at all for so long. */
  onDeaf: () => void;
  /** While the reader is behind, silence means nothing. */
  isBehind: () => boolean;
}

/** Watches what comes at regular times as long as a capture works: a beat, and any other sound. */
export class Pulse implements Disposable {
  readonly #options: PulseOptions;
  readonly #timer: NodeJS.Timeout;
  #lastBeat = performance.now();
  #lastSound = performance.now();

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), Math.ceil(options.afterMs / 4)).unref();
  }

  sound(): void {
    this.#lastSound = performance.now();
  }

  beat(): void {
    this.sound();
    this.#lastBeat = this.#lastSound;
    this.#options.onBeat();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { afterMs, isBehind, onLost, onDeaf } = this.#options;
    const now = performance.now();
    if (isBehind()) {
      this.#lastBeat = now;
      this.#lastSound = now;
      return;
    }
    if (now - this.#lastBeat >= afterMs) onLost();
    if (now - this.#lastSound >= afterMs) onDeaf();
  }
}
