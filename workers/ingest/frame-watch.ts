/** A feed can be connected and deaf. After `warnMs` without a frame that is said, after `lostMs` the feed is given up; 0: never. */
export interface SilenceTimes {
  warnMs: number;
  lostMs: number;
}

/** Thrown by `next` when nothing came for too long. */
export class SilenceError extends Error {
  override name = 'SilenceError';
  readonly code = 'silent';
}

interface FrameWatchOptions extends SilenceTimes {
  /** Nothing has come for `warnMs`; said once until something comes. */
  onSilent: () => void;
  /** Something came after that. */
  onHeard: () => void;
  /** With each look. */
  onCheck?: () => void;
  /** Means: wait no longer; `next` throws its reason. */
  signal: AbortSignal;
  everyMs?: number;
}

/** How often each connection is looked at. */
const checkEveryMs = 5_000;

/**
 * Looks at one connection every few seconds, with one timer for all of its frames. Only the waiting counts as silence: while this side is
 * busy, or the bus is away, the room is not to blame.
 */
export class FrameWatch implements Disposable {
  readonly #options: FrameWatchOptions;
  readonly #timer: NodeJS.Timeout;
  /** Since when `next` waits; undefined: it does not. */
  #waitingSince: number | undefined;
  #reject: ((reason: Error) => void) | undefined;
  #isSilent = false;

  constructor(options: FrameWatchOptions) {
    this.#options = options;
    const { warnMs, lostMs, everyMs = checkEveryMs, signal } = options;
    const shortest = Math.min(...[warnMs, lostMs].filter((ms) => ms > 0).map((ms) => ms / 4));
    this.#timer = setInterval(() => this.#check(), Math.max(1, Math.min(everyMs, shortest)));
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Waits for what `ask` promises, but not for ever. One at a time. Throws SilenceError, or the signal's reason. */
  async next<Result>(ask: () => Promise<Result>): Promise<Result> {
    this.#options.signal.throwIfAborted();
    this.#waitingSince = performance.now();
    try {
      // Cheaper than a race, which would also hang every frame on a promise that lives as long as the connection.
      const result = await new Promise<Result>((resolve, reject) => {
        this.#reject = reject;
        ask().then(resolve, reject);
      });
      if (this.#isSilent) this.#heard();
      return result;
    } finally {
      this.#waitingSince = undefined;
      this.#reject = undefined;
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }

  #onAbort = (): void => this.#reject?.(this.#options.signal.reason as Error);

  #check(): void {
    const { warnMs, lostMs, onSilent, onCheck } = this.#options;
    onCheck?.();
    if (this.#waitingSince === undefined) return;
    const silentMs = performance.now() - this.#waitingSince;
    if (warnMs > 0 && silentMs >= warnMs && !this.#isSilent) {
      this.#isSilent = true;
      onSilent();
    }
    if (lostMs > 0 && silentMs >= lostMs) this.#reject?.(new SilenceError(`No frame for ${lostMs} ms`));
  }

  #heard(): void {
    this.#isSilent = false;
    this.#options.onHeard();
  }
}
