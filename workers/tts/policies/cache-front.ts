import type { Sound } from '../engine.ts';
import type { Clock } from './clock.ts';
import { openDeadline, untilAborted } from './deadline.ts';

/** Sounds that were made before, by key. It makes what it has not, and keeps it unless the making fails. */
export interface SpeechCache {
  get(key: string, make: () => Promise<Sound>): Promise<Sound>;
}

export interface Made {
  sound: Sound;
  /** Whether it is what the key promises; the voice of a last resort is not kept for better days. */
  isKept: boolean;
}

/** Passed through the cache, so that it does not keep what was made. */
class NotKeptError extends Error {
  override name = 'NotKeptError';
}

/** A disk that is slower than this is not waited for. */
const lookMs = 250;

/**
 * A cache that may be slow, hang or fail without anybody noticing: then the sound is made without it. Who asks for what is being made
 * gets the same sound.
 */
export class CacheFront<Result extends Made> {
  readonly #cache: SpeechCache;
  readonly #clock: Clock;
  readonly #making = new Map<string, Promise<Result>>();

  constructor({ cache, clock }: { cache: SpeechCache; clock: Clock }) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /** What `make` made, for this caller or another, or the kept sound. `sharedMs`: how long to wait for what another makes. */
  async get(
    key: string,
    { make, sharedMs, signal }: { make: () => Promise<Result>; sharedMs: number; signal: AbortSignal },
  ): Promise<{ made: Result } | { kept: Sound }> {
    const shared = this.#making.get(key);
    if (shared) {
      using limit = openDeadline(this.#clock, sharedMs, signal);
      try {
        return { made: await untilAborted(shared, limit.signal) };
      } catch {
        // The other one gave up, failed, or is late: this one tries for itself.
        signal.throwIfAborted();
      }
    }
    return await untilAborted(this.#look(key, make), signal);
  }

  async #look(key: string, make: () => Promise<Result>): Promise<{ made: Result } | { kept: Sound }> {
    let making: Promise<Result> | undefined;
    const made = Promise.withResolvers<Result>();
    const makeOnce = async (): Promise<Result> => {
      making ??= this.#share(key, make());
      making.then(made.resolve, made.reject);
      return await making;
    };
    const fromCache = async () => {
      try {
        const kept = await this.#cache.get(key, async () => {
          const { sound, isKept } = await makeOnce();
          if (!isKept) throw new NotKeptError('This sound is not kept');
          return sound;
        });
        return making ? { made: await makeOnce() } : { kept };
      } catch {
        return { made: await makeOnce() };
      }
    };
    const waiting = new AbortController();
    void this.#clock.delay(lookMs, waiting.signal).then((passed) => {
      // Its failure reaches the caller by `made`.
      if (passed && !making) makeOnce().catch(() => undefined);
    });
    try {
      return await Promise.race([fromCache(), made.promise.then((result) => ({ made: result }))]);
    } finally {
      waiting.abort();
    }
  }

  #share(key: string, making: Promise<Result>): Promise<Result> {
    this.#making.set(key, making);
    const forget = () => {
      if (this.#making.get(key) === making) this.#making.delete(key);
    };
    making.then(forget, forget);
    return making;
  }
}
