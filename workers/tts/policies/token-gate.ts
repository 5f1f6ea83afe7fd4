import type { Clock } from './clock.ts';
import { NotAskedError } from './not-asked-error.ts';
import type { Bucket, Rate } from './token-bucket.ts';
import { fullBucket, returnToken, takeToken } from './token-bucket.ts';

/** Lets requests through at the rate of a token bucket, in the order in which they came. */
export class TokenGate {
  readonly #rate: Rate;
  readonly #clock: Clock;
  #bucket: Bucket;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#bucket = fullBucket(rate, clock.now());
  }

  /** Throws NotAskedError when the turn would come later than `maxWaitMs` from now, or the signal's reason. */
  async take({
    maxWaitMs,
    signal,
    name,
  }: {
    maxWaitMs: number;
    signal: AbortSignal;
    name: string;
  }): Promise<void> {
    const { bucket, taken, waitMs } = takeToken(this.#bucket, this.#rate, {
      now: this.#clock.now(),
      maxWaitMs,
    });
    this.#bucket = bucket;
    if (!taken)
      throw new NotAskedError('limited', `${name} was asked too often, and is in ${waitMs} ms again`);
    if (waitMs === 0 || (await this.#clock.delay(waitMs, signal))) return;
    this.#bucket = returnToken(this.#bucket, this.#rate);
    signal.throwIfAborted();
  }
}
