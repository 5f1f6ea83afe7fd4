import { closeSync, constants, mkdirSync, openSync, readFileSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../logger.ts';
import type { MusicPlace } from './music-place.ts';
import { later } from './music-place.ts';

const time = z.number().min(0);

const noteSchema = z.object({
  /** Unix milliseconds. */
  at: z.number(),
  place: z.object({ file: z.string(), ms: time, entry: z.object({ byte: time, ms: time }) }),
});

const recordBytes = 1_024;
const everyMs = 1_000;
/** After a longer time without any music it goes on where it stopped. */
const maxGapMs = 10_000;

/**
 * Where the music is, written down every second for a successor. Best effort, by the thread pool, one write at a time: at the worst the
 * music begins somewhere else.
 */
export class MusicNote implements AsyncDisposable {
  readonly #fd: number | undefined;
  readonly #log: Pick<Logger, 'warn'>;
  #writing: Promise<void> | undefined;
  #notedAt = -Infinity;
  #failed = false;
  #closed = false;

  constructor(file: string, log: Pick<Logger, 'warn'>) {
    this.#log = log;
    this.#fd = this.#open(file);
  }

  /** To be called often. */
  note(place: MusicPlace, now: number): void {
    if (this.#fd === undefined || this.#closed || this.#writing || now - this.#notedAt < everyMs) return;
    this.#notedAt = now;
    this.#writing = this.#write(this.#fd, recordOf({ at: now, place }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isFirst = !this.#closed;
    this.#closed = true;
    await this.#writing;
    if (isFirst && this.#fd !== undefined) closeSync(this.#fd);
  }

  #open(file: string): number | undefined {
    try {
      mkdirSync(dirname(file), { recursive: true });
      return openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  async #write(fd: number, record: Buffer): Promise<void> {
    await new Promise<void>((resolve) => {
      write(fd, record, 0, record.byteLength, 0, (error) => {
        if (error) this.#fail(error);
        resolve();
      });
    });
    this.#writing = undefined;
  }

  #fail(error: unknown): void {
    if (!this.#failed) this.#log.warn({ err: error }, 'cannot write down the place in the music');
    this.#failed = true;
  }
}

/** Where the music would be by now; nothing when that was not noted. */
export function readMusicNote(file: string, now: number): MusicPlace | undefined {
  try {
    const { at, place } = noteSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const gapMs = now - at;
    return gapMs >= 0 && gapMs <= maxGapMs ? later(place, gapMs) : place;
  } catch {
    return undefined;
  }
}

/** Always the same length, so that a shorter one leaves nothing of a longer one. A name may be longer than there is room for. */
function recordOf(note: z.infer<typeof noteSchema>): Buffer {
  const record = Buffer.alloc(recordBytes, ' ');
  const text = Buffer.from(JSON.stringify(note));
  if (text.byteLength <= recordBytes) text.copy(record);
  return record;
}
