import { outputRateHz, samplesOf } from '../../format.ts';

/** As much as the clock of a room makes up for at once after it stood still. */
const catchUpMs = 300;
/** Sound that always lay ready for so long is a delay that does nobody any good. */
const windowMs = 1_000;
const spareMs = 5;
/** At most so much of it is let go at a time: listeners take it without a break. */
const mostAtOnceMs = 20;

/**
 * When sound is due, on a monotonic clock in milliseconds: in real time from its first sample on, as a device would play it. After a pause
 * of the sender what comes late is let through at once, up to `catchUpMs`. What has piled up meanwhile is worked off little by little.
 */
export class Pace {
  #startMs: number | undefined;
  #samples = 0;
  /** The least time that sound lay ready before it was due, of this window. */
  #leastEarlyMs = Infinity;
  #windowEndMs = 0;
  /** Pauses of the sender that were too long to be made up for. */
  pauses = 0;

  /** When the next sample is due: `nowMs` it was there. */
  due(nowMs: number): number {
    this.#startMs ??= nowMs;
    const lateMs = nowMs - this.#at(this.#startMs);
    if (lateMs > catchUpMs) {
      this.#startMs += lateMs - catchUpMs;
      this.pauses += 1;
    }
    this.#startMs -= this.#surplus(-lateMs, nowMs);
    return this.#at(this.#startMs);
  }

  /** So many samples have gone. */
  went(samples: number): void {
    this.#samples += samples;
  }

  #at(startMs: number): number {
    return startMs + (this.#samples * 1_000) / outputRateHz;
  }

  #surplus(earlyMs: number, nowMs: number): number {
    if (this.#samples < samplesOf(windowMs)) this.#windowEndMs = nowMs + windowMs;
    this.#leastEarlyMs = Math.min(this.#leastEarlyMs, earlyMs);
    if (nowMs < this.#windowEndMs) return 0;
    const surplusMs = this.#leastEarlyMs > spareMs ? Math.min(this.#leastEarlyMs, mostAtOnceMs) : 0;
    this.#leastEarlyMs = Infinity;
    this.#windowEndMs = nowMs + windowMs;
    return surplusMs;
  }
}
