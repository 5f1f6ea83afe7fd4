import type { LiveEvent } from '../../protocol/event.ts';
import type { Bus } from '../bus.ts';
import type { Logger } from '../logger.ts';
import type { BusPresence } from './bus-presence.ts';
import { streakTtlMs } from './gift-streak.ts';
import { lastEventSeq } from './last-message.ts';
import { giftsOf, rememberGifts } from './remember.ts';

interface GiftFollowerOptions {
  bus: Pick<Bus, 'read' | 'connection'>;
  presence: Pick<BusPresence, 'isAway' | 'onChange'>;
  onGift: (event: LiveEvent) => void;
  log: Logger;
  signal: AbortSignal;
}

const allGifts = giftsOf('*');

/** Hears of the gifts of all rooms as the active process publishes them, so that a spare knows the running streaks when it is needed. */
export class GiftFollower implements AsyncDisposable {
  readonly #options: GiftFollowerOptions;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #lastSeq = 0;
  #caughtUp: Promise<void> | undefined;

  constructor(options: GiftFollowerOptions) {
    this.#options = options;
    this.#following = this.#follow(AbortSignal.any([options.signal, this.#stop.signal]));
  }

  /** The barrier: returns once everything that was published before the call was heard of. Ends the following. */
  async catchUp(): Promise<void> {
    this.#caughtUp ??= this.#catchUp();
    await this.#caughtUp;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { bus, onGift, log } = this.#options;
    try {
      const gifts = bus.read('EVENTS', 'event', {
        filter: allGifts,
        from: { timeMs: Date.now() - streakTtlMs },
        signal,
      });
      for await (const { body, seq } of gifts) {
        onGift(body);
        this.#lastSeq = seq;
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'gifts are not followed');
    }
  }

  async #catchUp(): Promise<void> {
    const isDone = await this.isUpToDate();
    this.#stop.abort();
    if (isDone) return;
    const from = this.#lastSeq > 0 ? { from: { seq: this.#lastSeq + 1 } } : {};
    await rememberGifts({ ...this.#options, filter: allGifts, ...from });
  }

  /** Whether every gift that was published so far was heard of. Nearly always, and then one question is enough. */
  async isUpToDate(): Promise<boolean> {
    const { bus, presence, log } = this.#options;
    if (presence.isAway) return false;
    try {
      return (await lastEventSeq(bus.connection, allGifts)) <= this.#lastSeq;
    } catch (error) {
      log.warn({ err: error }, 'the last gift is not known');
      return false;
    }
  }
}
