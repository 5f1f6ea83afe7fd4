import type { KV } from '@nats-io/kv';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { FaultLog } from './fault-log.ts';

interface SavedRoomsOptions {
  bus: Pick<Bus, 'bucket' | 'certain' | 'isConnected'>;
  rooms: readonly string[];
  faults: FaultLog;
  signal: AbortSignal;
}

const saveEveryMs = 1_000;
const readEveryMs = 2_000;
/** With many rooms a spare reads fewer of them at a time: what it has may be older, and the room replays a little more. */
const readPauseMs = 50;
const maxLength = 8_192;

const keyOf = (room: string): string => `resume.${room}`;

/**
 * What a source would like to know in its next life, in the bucket `rooms`, so that a successor goes on where the room was. A spare reads it
 * again and again, and so has it at hand when the bus is away; the active one writes it, at most once a second per room. Nothing
 * depends on it: without it a room is found anew, and replays.
 */
export class SavedRooms implements AsyncDisposable {
  readonly #options: SavedRoomsOptions;
  readonly #texts = new Map<string, string>();
  readonly #next = new Map<string, () => string>();
  readonly #stop = new AbortController();
  #bucket: Promise<KV> | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isSaving = false;

  constructor(options: SavedRoomsOptions) {
    this.#options = options;
  }

  /** Reads all of them once, and goes on reading until somebody saves or it is disposed. */
  async follow(): Promise<void> {
    const signal = AbortSignal.any([this.#options.signal, this.#stop.signal]);
    await this.#readAll(signal, 0);
    this.#reading = this.#keepReading(signal);
  }

  /** Reads no more: from now on this process knows best. */
  lead(): void {
    this.#stop.abort();
  }

  /** Empty: nothing is known. */
  get(room: string): string {
    return this.#texts.get(keyOf(room)) ?? '';
  }

  /** The newest is written within a second or so. */
  save(room: string, write: () => string): void {
    this.#next.set(room, write);
    if (this.#isSaving) return;
    this.#isSaving = true;
    void this.#keepSaving();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#next.clear();
    await this.#reading;
  }

  async #keepReading(signal: AbortSignal): Promise<void> {
    while (await delay(readEveryMs, signal)) await this.#readAll(signal, readPauseMs);
  }

  async #readAll(signal: AbortSignal, pauseMs: number): Promise<void> {
    const { bus, rooms, faults } = this.#options;
    for (const room of rooms) {
      if (signal.aborted || !bus.isConnected) return;
      try {
        const entry = await (await this.#open()).get(keyOf(room));
        if (entry && entry.operation === 'PUT') this.#texts.set(keyOf(room), entry.string());
      } catch (error) {
        faults.report('resume-read', { err: error, room }, 'the place where a room was cannot be read');
        return;
      }
      if (pauseMs > 0 && rooms.length > 1) await delay(pauseMs, signal);
    }
  }

  async #keepSaving(): Promise<void> {
    const { bus, faults, signal } = this.#options;
    while (this.#next.size > 0 && !signal.aborted) {
      const batch = [...this.#next];
      this.#next.clear();
      try {
        await bus.certain();
        const bucket = await this.#open();
        const entries = batch.map(([room, write]) => [keyOf(room), write()] as const);
        const writable = entries.filter(([, text]) => text.length <= maxLength);
        // A room that is stopped goes on from here when it is started again.
        for (const [key, text] of writable) this.#texts.set(key, text);
        await Promise.all(writable.map(async ([key, text]) => await bucket.put(key, text)));
      } catch (error) {
        if (!signal.aborted)
          faults.report('resume-save', { err: error }, 'the places where rooms are cannot be saved');
      }
      await delay(saveEveryMs, signal);
    }
    this.#isSaving = false;
  }

  async #open(): Promise<KV> {
    this.#bucket ??= this.#options.bus.bucket('rooms');
    try {
      return await this.#bucket;
    } catch (error) {
      this.#bucket = undefined;
      throw error;
    }
  }
}
