import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, write } from 'node:fs';
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.ts';

const positionSchema = z.object({
  epoch: z.number(),
  /** Unix milliseconds. */
  at: z.number(),
  utteranceId: z.string(),
  nextIndex: z.number(),
  /** In samples of the segment `nextIndex`. */
  offset: z.number(),
});

/** Up to where a sink was given sound, by whom, and when. */
export type Position = z.infer<typeof positionSchema>;

/** Ids are far shorter; one page, so that a write is never seen in halves. */
const recordBytes = 1_024;

/**
 * The place in the sound, written down with every frame that a sink has got: what the system has taken from a process outlives it, and
 * a sink plays out what it has. A successor on the same host finds here exactly where to go on, while the playhead on the bus may be a
 * tenth of a second old. Best effort: when the disk does not take it, the playhead has to do. Written by the thread pool, one at a time,
 * because a slow disk must not stop the clock.
 */
export class PositionFile implements AsyncDisposable {
  readonly #fd: number | undefined;
  readonly #log: Logger;
  #next: Position | undefined;
  #writing: Promise<void> | undefined;
  #failed = false;

  constructor(file: string, log: Logger) {
    this.#log = log;
    this.#fd = this.#open(file);
  }

  note(position: Position): void {
    if (this.#fd === undefined) return;
    this.#next = position;
    this.#writing ??= this.#drain(this.#fd);
  }

  /** Resolves once the latest is written, or has failed. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    if (this.#fd === undefined || this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  #closed = false;

  #open(file: string): number | undefined {
    try {
      mkdirSync(dirname(file), { recursive: true });
      const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
      ftruncateSync(fd, recordBytes);
      return fd;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  async #drain(fd: number): Promise<void> {
    while (this.#next) {
      const position = this.#next;
      this.#next = undefined;
      await new Promise<void>((resolve) => {
        write(fd, recordOf(position), 0, recordBytes, 0, (error) => {
          if (error) this.#fail(error);
          resolve();
        });
      });
    }
    this.#writing = undefined;
  }

  #fail(error: unknown): void {
    if (!this.#failed) this.#log.warn({ err: error }, 'cannot write down the place in the sound');
    this.#failed = true;
  }
}

/** What the one before has noted; nothing when there is none, or none that can be read. */
export function readPosition(file: string): Position | undefined {
  try {
    return positionSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function recordOf(position: Position): Buffer {
  const record = Buffer.alloc(recordBytes, ' ');
  const text = Buffer.from(JSON.stringify(position));
  if (text.byteLength <= recordBytes) text.copy(record);
  return record;
}
