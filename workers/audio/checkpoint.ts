import type { KV, KvEntry } from '@nats-io/kv';
import { decode, encode } from '../../protocol/codec.ts';
import type { Playhead } from '../../protocol/speech.ts';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { OutputDuty } from '../duty.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { Kept } from './resume.ts';

export interface CheckpointOptions {
  room: string;
  bus: Pick<Bus, 'bucket'>;
  duty: OutputDuty;
  log: Logger;
  signal: AbortSignal;
}

/** An answer that is lost would be waited for 3 s by the library; what was done all the same shows in the next look at the revision. */
const requestMs = 500;
const retryMs = 200;
/** Between two writes: the bus hears of the playhead more often than the disk. */
const paceMs = 160;

/**
 * The playhead of a room in the bucket: read at the start, then written over and over; only the latest value matters. Each write
 * replaces a value that this process has seen, so that one which was replaced without knowing it never overwrites its successor's.
 */
export class Checkpoint {
  readonly #options: CheckpointOptions;
  readonly #bucket: KV;
  /** What the bucket said when it was last read. */
  kept: Kept | undefined;
  /** Hears of each playhead that was written. */
  onWritten: (playhead: Playhead) => void = () => undefined;
  /** Of the value that the next write replaces; unknown before the first and after a failure. */
  #revision: number | undefined;
  #next: Playhead | undefined;
  #writing: Promise<void> | undefined;
  #hurry = new AbortController();
  /** Somebody else has the room, or is about to. */
  #isStopped = false;
  failures = 0;

  private constructor(options: CheckpointOptions, bucket: KV) {
    this.#options = options;
    this.#bucket = bucket;
  }

  /** Waits until the bus can say what was heard before: to begin without knowing it would be to repeat it. */
  static async open(options: CheckpointOptions): Promise<Checkpoint> {
    const { bus, log, signal } = options;
    for (;;) {
      signal.throwIfAborted();
      try {
        const checkpoint = new Checkpoint(options, await bus.bucket('playhead'));
        await checkpoint.#read();
        return checkpoint;
      } catch (error) {
        log.warn({ err: error }, 'cannot read the playhead, trying again');
        await delay(retryMs, signal);
      }
    }
  }

  /** Reads it again; what cannot be read in time stays as it was known. */
  async refresh(timeoutMs: number): Promise<void> {
    const waiting = new AbortController();
    const late = delay(timeoutMs, AbortSignal.any([waiting.signal, this.#options.signal]));
    try {
      await Promise.race([this.#read(), late]);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'cannot read the playhead again');
    } finally {
      waiting.abort();
    }
  }

  /** Never waits: one write at a time, and the latest value wins. */
  write(playhead: Playhead): void {
    if (this.#isStopped) return;
    this.#next = playhead;
    this.#writing ??= this.#drain();
  }

  /** Resolves once the latest value is written, or the signal says stop. Nothing is paced any more. */
  async written(): Promise<void> {
    this.#hurry.abort();
    await this.#writing;
  }

  /** Nothing is written any more, whatever is still to be. */
  stop(): void {
    this.#isStopped = true;
    this.#next = undefined;
  }

  async #read(): Promise<void> {
    const entry = await this.#bucket.get(this.#options.room);
    this.kept = keptOf(entry, this.#options.log);
  }

  async #drain(): Promise<void> {
    const { log, signal } = this.#options;
    // Begins after `#writing` is set, so that its end is not overwritten.
    await Promise.resolve();
    while (this.#next && !signal.aborted && !this.#isStopped) {
      const playhead = this.#next;
      this.#next = undefined;
      try {
        await this.#put(playhead);
        if (!this.#hurry.signal.aborted) await delay(paceMs, AbortSignal.any([signal, this.#hurry.signal]));
      } catch (error) {
        this.#next ??= playhead;
        this.#revision = undefined;
        this.failures += 1;
        if (this.failures % 10 === 1) log.warn({ err: error }, 'cannot write the playhead, trying again');
        await delay(retryMs, signal);
      }
    }
    this.#writing = undefined;
  }

  async #put(playhead: Playhead): Promise<void> {
    const { room, duty, log, signal } = this.#options;
    if (this.#revision === undefined) {
      const entry = await within(this.#bucket.get(room), requestMs, signal);
      const epoch = keptOf(entry, log)?.epoch ?? 0;
      if (epoch > duty.current.epoch) {
        this.#isStopped = true;
        return log.warn({ epoch }, 'somebody else has the room, writing no playhead any more');
      }
      this.#revision = entry?.revision ?? 0;
    }
    await duty.certain();
    const bytes = encode('playhead', playhead, duty.current);
    const revision = this.#revision;
    this.#revision = await within(
      revision === 0 ? this.#bucket.create(room, bytes) : this.#bucket.update(room, bytes, revision),
      requestMs,
      signal,
    );
    this.onWritten(playhead);
  }
}

function keptOf(entry: KvEntry | null, log: Logger): Kept | undefined {
  if (entry?.operation !== 'PUT') return undefined;
  try {
    const { type, body, origin } = decode(entry.value);
    if (type !== 'playhead') throw new Error(`Expected a playhead, found ${type}`);
    return { playhead: body, epoch: origin.epoch };
  } catch (error) {
    log.error({ err: error }, 'the playhead in the bucket is damaged, going on without it');
    return undefined;
  }
}
