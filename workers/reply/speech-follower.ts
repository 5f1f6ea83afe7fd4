import type { Origin } from '../../protocol/codec.ts';
import type { Segment } from '../../protocol/speech.ts';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import { Fence } from '../fence.ts';
import type { Logger } from '../logger.ts';
import { lastSequence } from './last-sequence.ts';

export interface SpeechFollowerOptions {
  bus: Pick<Bus, 'connection' | 'read'>;
  log: Logger;
  signal: AbortSignal;
  /** Hears each segment once, in order. */
  onSegment: (segment: Segment) => void;
}

const historyMs = 3_600_000;
const stream = 'SPEECH';
const filter = 'live.*.speech.*';
/** What is on its way arrives within a round trip; more is waited for only when the last message is one that is not given out. */
const onItsWayMs = 25;

/** Reads what has been said, and follows what the worker says that is active now, so that its successor knows all of it at once. */
export class SpeechFollower implements AsyncDisposable {
  readonly #options: SpeechFollowerOptions;
  readonly #stop = new AbortController();
  /** By room: a room moves between processes, but the epochs of those that had it only grow, whatever their leases are called. */
  readonly #fence = new Fence();
  /** Everything up to this sequence has been heard. */
  #reached = 0;
  #moved = Promise.withResolvers<void>();
  #following: Promise<void> = Promise.resolve();

  private constructor(options: SpeechFollowerOptions) {
    this.#options = options;
  }

  /** Returns once everything up to now is known. */
  static async open(options: SpeechFollowerOptions): Promise<SpeechFollower> {
    const follower = new SpeechFollower(options);
    const last = await lastSequence({ ...options, stream });
    await follower.#read({ timeMs: Date.now() - historyMs }, true, options.signal);
    follower.#reach(last);
    follower.#following = follower.#read(
      { seq: follower.#reached + 1 },
      false,
      AbortSignal.any([options.signal, follower.#stop.signal]),
    );
    // Whoever catches up or disposes hears of it.
    follower.#following.catch(() => undefined);
    return follower;
  }

  /**
   * Follows up to everything that is there now, and no further: for the one moment at which the worker that was followed is known to
   * have ended, and one's own work begins.
   */
  async catchUp(): Promise<void> {
    const { signal } = this.#options;
    const last = await lastSequence({ ...this.#options, stream });
    await this.#untilReached(last);
    this.#stop.abort();
    await this.#following;
    if (this.#reached < last) await this.#read({ seq: this.#reached + 1 }, true, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #untilReached(last: number): Promise<void> {
    if (this.#reached >= last) return;
    const waiting = new AbortController();
    const late = delay(onItsWayMs, AbortSignal.any([this.#options.signal, waiting.signal]));
    let isLate = false;
    void late.then((passed) => (isLate = passed));
    while (this.#reached < last && !isLate && !this.#options.signal.aborted)
      await Promise.race([this.#moved.promise, late]);
    waiting.abort();
  }

  async #read(
    from: { seq: number } | { timeMs: number },
    untilEnd: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { bus } = this.#options;
    for await (const { body, seq, origin } of bus.read(stream, 'segment', {
      filter,
      from,
      untilEnd,
      signal,
    })) {
      if (seq <= this.#reached) continue;
      // What is only to be kept was asked for by whoever plays the room, whose epochs are of another count.
      if (!body.keep) this.#hear(body, origin);
      this.#reach(seq);
    }
  }

  #hear(segment: Segment, origin: Origin): void {
    const { log, onSegment } = this.#options;
    const { lease, epoch } = origin;
    if (lease === '' || this.#fence.admits({ lease: segment.room, epoch })) onSegment(segment);
    else log.warn({ ...origin, segment: segment.id }, 'dropped a word of a replaced worker');
  }

  #reach(seq: number): void {
    this.#reached = Math.max(this.#reached, seq);
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }
}
