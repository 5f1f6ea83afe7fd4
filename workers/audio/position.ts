import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, write } from 'node:fs';
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { readAiring } from './fillers/airing-id.ts';

/** Up to where a sink was given sound of an utterance, by whom, and when. */
export interface Position {
  epoch: number;
  /** Unix milliseconds. */
  at: number;
  utteranceId: string;
  nextIndex: number;
  /** In samples of the segment `nextIndex`. */
  offset: number;
}

/** The fields of a position in this order: many have to go into one record. */
const recordSchema = z.array(z.tuple([z.number(), z.number(), z.string(), z.number(), z.number()]));
/** One page, so that a write is never seen in halves. */
const recordBytes = 4_096;
/** With ids as long as they mostly are, so many find room; several minutes of speech. */
const maxPositions = 56;

/**
 * The places in the sound, written down with every frame that a sink has got: what the system has taken from a process outlives it, and
 * a sink plays out what it has. A successor on the same host finds here exactly where to go on, while the playhead on the bus may be a
 * tenth of a second old, and far older when the bus has been away. Then several utterances may have begun and ended since, so the place
 * of each is here until a playhead that knows it is kept. Best effort: when the disk does not take it, the playhead has to do. Written
 * by the thread pool, one at a time, because a slow disk must not stop the clock.
 */
export class PositionFile implements AsyncDisposable {
  readonly #fd: number | undefined;
  readonly #log: Logger;
  /** By utterance; the one that was heard last comes last. */
  readonly #positions = new Map<string, Position>();
  #isChanged = false;
  #writing: Promise<void> | undefined;
  #failed = false;

  /** `known`: what the one before has noted, which may not be in a playhead yet. */
  constructor(file: string, log: Logger, known: Position[] = []) {
    this.#log = log;
    this.#fd = this.#open(file);
    for (const position of known) this.note(position);
  }

  note(position: Position): void {
    if (this.#fd === undefined) return;
    this.#positions.delete(position.utteranceId);
    this.#positions.set(position.utteranceId, position);
    if (this.#positions.size > maxPositions) this.#forgetOne();
    this.#isChanged = true;
    this.#writing ??= this.#drain(this.#fd);
  }

  /** A playhead is kept that knows what was noted before this time; it is no longer written down. */
  forget(before: number): void {
    for (const { utteranceId, at } of this.#positions.values())
      if (at < before) this.#positions.delete(utteranceId);
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

  /** A filler that is not in the ledger does less harm than an answer that is heard twice. */
  #forgetOne(): void {
    const ids = [...this.#positions.keys()];
    const id = ids.find((each) => readAiring(each) !== undefined) ?? ids[0];
    if (id !== undefined) this.#positions.delete(id);
  }

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
    // Begins after `#writing` is set, so that its end is not overwritten, and after all that is noted together.
    await Promise.resolve();
    while (this.#isChanged) {
      this.#isChanged = false;
      await new Promise<void>((resolve) => {
        write(fd, recordOf([...this.#positions.values()]), 0, recordBytes, 0, (error) => {
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

/** What the one before has noted, the latest last; nothing when there is none, or none that can be read. */
export function readPositions(file: string): Position[] {
  try {
    const record = recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return record.map(([epoch, at, utteranceId, nextIndex, offset]) => ({
      epoch,
      at,
      utteranceId,
      nextIndex,
      offset,
    }));
  } catch {
    return [];
  }
}

/** What finds no room is left out, the earliest first. */
function recordOf(positions: Position[]): Buffer {
  const texts: string[] = [];
  let bytes = '[]'.length;
  for (const { epoch, at, utteranceId, nextIndex, offset } of positions.toReversed()) {
    const text = JSON.stringify([epoch, at, utteranceId, nextIndex, offset]);
    const length = Buffer.byteLength(text) + ','.length;
    if (bytes + length > recordBytes) continue;
    bytes += length;
    texts.unshift(text);
  }
  const record = Buffer.alloc(recordBytes, ' ');
  record.write(`[${texts.join(',')}]`);
  return record;
}
