import type { KV } from '@nats-io/kv';
import { delay } from '../delay.ts';
import type { OutputDuty } from '../duty.ts';
import type { Logger } from '../logger.ts';
import type { MemoryPart, MemoryParts } from './memory.ts';
import { decodeMemory, encodeMemory, memoryKey } from './memory.ts';
import { within } from '../within.ts';

export interface KeptEntryOptions<Part extends MemoryPart> {
  room: string;
  part: Part;
  /** The bucket `memory`. */
  bucket: () => Promise<Pick<KV, 'get' | 'create' | 'update'>>;
  duty: OutputDuty;
  /** What is to be kept now. */
  view: () => MemoryParts[Part];
  log: Pick<Logger, 'warn' | 'error'>;
  signal: AbortSignal;
  /** Tells the person at the terminal. */
  notice: (text: string) => void;
}

const requestMs = 1_000;
const retryMs = 200;
/** Between two writes: what is lost at a death is what happened in so long, at the most. */
const paceMs = 250;

/**
 * A part of what is known of a room, in the bucket: written behind, one write at a time, the latest value only. Each write replaces a
 * value that this process has seen, so that one which was replaced without knowing it never overwrites its successor's.
 */
export class KeptEntry<Part extends MemoryPart> {
  readonly #options: KeptEntryOptions<Part>;
  readonly #key: string;
  #revision: number | undefined;
  #wanted = false;
  #isPutting = false;
  #written = Promise.withResolvers<void>();
  #isDraining = false;
  #isStopped = false;
  #hurry = new AbortController();
  failures = 0;

  constructor(options: KeptEntryOptions<Part>) {
    this.#options = options;
    this.#key = memoryKey(options.room, options.part);
  }

  /** What is kept; undefined: nothing, nothing that can be read, or no word in time, which is said. */
  async read(timeoutMs: number): Promise<MemoryParts[Part] | undefined> {
    const { part, bucket, signal, log, notice, room } = this.#options;
    let json: string;
    try {
      const entry = await within(
        (await within(bucket(), timeoutMs, signal)).get(this.#key),
        timeoutMs,
        signal,
      );
      if (entry?.operation !== 'PUT') return undefined;
      json = new TextDecoder().decode(entry.value);
    } catch (error) {
      if (!signal.aborted)
        log.warn({ err: error, room, part }, 'no word of what was kept, going on without it');
      return undefined;
    }
    try {
      return decodeMemory(part, json).body;
    } catch (error) {
      log.error({ err: error, room, part }, 'what was kept is damaged, going on without it');
      notice(`what was remembered of the ${part} of ${room} is damaged, and left out`);
      return undefined;
    }
  }

  /** Something has changed. Never waits. */
  changed(): void {
    if (this.#isStopped) return;
    this.#wanted = true;
    if (!this.#isDraining) void this.#drain();
  }

  /** Resolves once everything up to now is kept, or after `timeoutMs`: what is said next may count on it. */
  async kept(timeoutMs: number): Promise<void> {
    const waiting = new AbortController();
    let isLate = false;
    const late = delay(timeoutMs, AbortSignal.any([this.#options.signal, waiting.signal]));
    void late.then(() => (isLate = true));
    while ((this.#wanted || this.#isPutting) && !isLate && !this.#isStopped) {
      this.#hurry.abort();
      await Promise.race([this.#written.promise, late]);
    }
    waiting.abort();
  }

  async #drain(): Promise<void> {
    const { signal, log } = this.#options;
    this.#isDraining = true;
    while (this.#wanted && !signal.aborted && !this.#isStopped) {
      this.#wanted = false;
      this.#hurry = new AbortController();
      this.#isPutting = true;
      let restMs = paceMs;
      try {
        await this.#put();
      } catch (error) {
        this.#wanted = true;
        this.#revision = undefined;
        this.failures += 1;
        if (this.failures % 10 === 1) log.warn({ err: error, key: this.#key }, 'cannot keep what is known');
        restMs = retryMs;
      }
      this.#isPutting = false;
      this.#written.resolve();
      this.#written = Promise.withResolvers();
      await delay(restMs, AbortSignal.any([signal, this.#hurry.signal]));
    }
    this.#isDraining = false;
  }

  async #put(): Promise<void> {
    const { bucket, duty, view, part, log, signal } = this.#options;
    const kv = await within(bucket(), requestMs, signal);
    if (this.#revision === undefined) {
      const entry = await within(kv.get(this.#key), requestMs, signal);
      if (entry?.operation === 'PUT' && epochOf(part, entry.value) > duty.current.epoch) {
        this.#isStopped = true;
        return log.warn({ key: this.#key }, 'somebody else has the room, keeping nothing any more');
      }
      this.#revision = entry?.revision ?? 0;
    }
    await duty.certain();
    const json = encodeMemory<Part>(view(), duty.current.epoch);
    const bytes = new TextEncoder().encode(json);
    const revision = this.#revision;
    this.#revision = await within(
      revision === 0 ? kv.create(this.#key, bytes) : kv.update(this.#key, bytes, revision),
      requestMs,
      signal,
    );
  }
}

function epochOf(part: MemoryPart, value: Uint8Array): number {
  try {
    return decodeMemory(part, new TextDecoder().decode(value)).epoch;
  } catch {
    // Damaged, which was said when it was read: it is replaced.
    return 0;
  }
}
