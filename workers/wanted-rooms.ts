import { decodeWanted, roomOfWantedKey, wantedKey } from '../protocol/wanted.ts';
import type { Bus } from './bus.ts';
import { followBucket } from './follow-bucket.ts';
import type { Logger } from './logger.ts';

interface WantedRoomsOptions {
  bus: Pick<Bus, 'connection' | 'outage'>;
  log: Pick<Logger, 'warn'>;
  /** One room; without it all. */
  room?: string;
}

/**
 * Which of the configured rooms are wanted now: all but those that somebody stopped. Heard of as it changes, a few milliseconds later,
 * by everybody alike; while the bus is away what was heard last goes on to hold.
 */
export class WantedRooms implements AsyncDisposable {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #stopped = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();
  readonly #current = Promise.withResolvers<void>();
  readonly #following: Promise<void>;

  constructor({ bus, log, room = '*' }: WantedRoomsOptions) {
    this.#log = log;
    this.#following = followBucket({
      bus,
      bucket: 'rooms',
      keys: wantedKey(room),
      onEntry: (key, value) => this.#take(key, value),
      onCurrent: () => this.#current.resolve(),
      log,
      signal: this.#end.signal,
    });
  }

  has(room: string): boolean {
    return !this.#stopped.has(room);
  }

  /** Returns once it is known what was said before the call, or the signal says stop. */
  async known(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([this.#current.promise, stopped.promise]);
    signal.removeEventListener('abort', stop);
  }

  /** A signal that is given as soon as the room is wanted, or is not. To be disposed. */
  when(room: string, wanted: boolean): Disposable & { signal: AbortSignal } {
    const change = new AbortController();
    const look = () => {
      if (this.has(room) === wanted) change.abort();
    };
    this.#listeners.add(look);
    look();
    return { signal: change.signal, [Symbol.dispose]: () => void this.#listeners.delete(look) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#following;
  }

  #take(key: string, value: string | undefined): void {
    const room = roomOfWantedKey(key);
    if (room === undefined) return;
    const record = value === undefined ? undefined : decodeWanted(value);
    if (value !== undefined && !record) this.#log.warn({ key }, 'a wanted state that cannot be read');
    if (record?.wanted === false) this.#stopped.add(room);
    else this.#stopped.delete(room);
    for (const tell of this.#listeners) tell();
  }
}
