import type { KV } from '@nats-io/kv';
import { decodeAs, encode } from '../../protocol/codec.ts';
import type { Playhead } from '../../protocol/speech.ts';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import { samplesOf } from './format.ts';
import type { Resume } from './playlist.ts';

export interface CheckpointOptions {
  room: string;
  bus: Pick<Bus, 'bucket'>;
  log: Logger;
  signal: AbortSignal;
}

/** The sound of what began longer ago than this is gone from its stream (10 min), and nobody can go on with it. */
const partialTtlMs = 900_000;
const retryMs = 200;

/** The playhead of a room in the bucket: read once at the start, then written over and over; only the latest value matters. */
export class Checkpoint {
  readonly #options: CheckpointOptions;
  readonly #bucket: KV;
  readonly resume: Resume;
  #next: Playhead | undefined;
  #writing: Promise<void> | undefined;
  failures = 0;

  private constructor(options: CheckpointOptions, bucket: KV, resume: Resume) {
    this.#options = options;
    this.#bucket = bucket;
    this.resume = resume;
  }

  /** Waits until the bus can say what was heard before: to begin without knowing it would be to repeat it. */
  static async open(options: CheckpointOptions): Promise<Checkpoint> {
    const { room, bus, log, signal } = options;
    for (;;) {
      signal.throwIfAborted();
      try {
        const bucket = await bus.bucket('playhead');
        const entry = await bucket.get(room);
        const resume = toResume(entry?.operation === 'PUT' ? entry.value : undefined, log);
        return new Checkpoint(options, bucket, resume);
      } catch (error) {
        log.warn({ err: error }, 'cannot read the playhead, trying again');
        await delay(retryMs, signal);
      }
    }
  }

  /** Never waits: one write at a time, and the latest value wins. */
  write(playhead: Playhead): void {
    this.#next = playhead;
    this.#writing ??= this.#drain();
  }

  /** Resolves once the latest value is written, or the signal says stop. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    const { room, log, signal } = this.#options;
    // Begins after `#writing` is set, so that its end is not overwritten.
    await Promise.resolve();
    while (this.#next && !signal.aborted) {
      const playhead = this.#next;
      this.#next = undefined;
      try {
        await this.#bucket.put(room, encode('playhead', playhead));
      } catch (error) {
        this.#next ??= playhead;
        this.failures += 1;
        if (this.failures % 10 === 1) log.warn({ err: error }, 'cannot write the playhead, trying again');
        await delay(retryMs, signal);
      }
    }
    this.#writing = undefined;
  }
}

function toResume(value: Uint8Array | undefined, log: Logger): Resume {
  if (!value) return { resumeSeq: 1, ended: [], partial: [] };
  try {
    const { resumeSeq, ended, partial, at } = decodeAs('playhead', value);
    const fresh = Date.now() - at < partialTtlMs ? partial : [];
    return {
      resumeSeq: Math.max(1, resumeSeq),
      ended,
      partial: fresh.map(({ utteranceId, nextIndex, offsetMs }) => ({
        utteranceId,
        nextIndex,
        offset: samplesOf(offsetMs),
      })),
    };
  } catch (error) {
    log.error({ err: error }, 'the playhead in the bucket is damaged, beginning without it');
    return { resumeSeq: 1, ended: [], partial: [] };
  }
}
