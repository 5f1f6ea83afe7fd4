import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveEvent } from '../../../protocol/event.ts';
import { TimeSlice } from '../time-slice.ts';
import { JournalFile } from './journal-file.ts';
import { encodeRecord } from './record.ts';

/** The journal holds as much as it may. */
export class JournalFullError extends Error {
  override name = 'JournalFullError';
  readonly code = 'journal-full';
}

export interface JournalEntry {
  event: LiveEvent;
  file: JournalFile;
  /** Where it ends in its file. */
  end: number;
}

export interface JournalOptions {
  /** Of this room alone. Made when it is needed. */
  folder: string;
  /** Hears, before `open` returns, each event that an earlier process left. */
  onFound: (event: LiveEvent) => void;
  /** Hears of what cannot be read; it is passed over. */
  onDamage: (what: { path: string; error?: unknown }) => void;
  /** Bytes that the files grew (or shrank) by. */
  onBytes: (change: number) => void;
  maxEvents?: number;
  maxBytes?: number;
  fileBytes?: number;
}

const namePattern = /^\d{13}-\d+-\d+\.ndjson$/;

/**
 * A room's events that could not be brought to the bus, in order, on the disk: what an earlier process left comes first. Files are
 * taken away as soon as everything in them is flushed. What cannot be read is told of and passed over; it holds nothing up.
 */
export class Journal implements AsyncDisposable {
  /** Events that are not flushed yet, about: what turns out to be damaged counts until its file is done. */
  unflushed = 0;
  readonly #options: Required<JournalOptions>;
  readonly #files: JournalFile[] = [];
  readonly #counts = new Map<JournalFile, number>();
  readonly #flushedTo = new Map<JournalFile, number>();
  #own: JournalFile | undefined;
  #bytes = 0;
  #made = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #tidying = false;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = { maxEvents: 100_000, maxBytes: 64_000_000, fileBytes: 8_000_000, ...options };
  }

  /** Reads what is there. Never throws: a room without a journal is better served than deaf. */
  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options);
    await journal.#inTurn(async () => await journal.#find());
    return journal;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Everything that was appended or found has been flushed. */
  get isEmpty(): boolean {
    return this.#files.every((file) => file.isDone);
  }

  /** Some of it was not handed out yet. */
  get hasMore(): boolean {
    return this.#files.some((file) => file.readTo < file.size);
  }

  /** Returns once the events are on the disk for good. Throws JournalFullError, or what the system says; then none of them is kept. */
  async append(events: readonly LiveEvent[]): Promise<void> {
    const lines = events.map(encodeRecord).join('');
    await this.#inTurn(async () => {
      const { maxEvents, maxBytes, fileBytes } = this.#options;
      if (this.unflushed + events.length > maxEvents || this.#bytes + Buffer.byteLength(lines) > maxBytes) {
        throw new JournalFullError(`Journal holds ${this.unflushed} events, ${this.#bytes} bytes`);
      }
      if (this.#own && this.#own.size > fileBytes) this.#own = undefined;
      const file = this.#own ?? (await this.#create());
      const before = file.size;
      await file.append(lines);
      this.#grow(file.size - before);
      this.#count(file, events.length);
    });
  }

  /** The next events, `most` at most, that were not handed out yet. */
  async next(most: number): Promise<JournalEntry[]> {
    return await this.#inTurn(async () => {
      const entries: JournalEntry[] = [];
      const slice = new TimeSlice();
      for (const file of this.#files) {
        if (entries.length >= most) break;
        try {
          for await (const { event, end } of file.records(file.readTo)) {
            if (slice.isOver) await slice.next();
            file.readTo = end;
            if (event) {
              file.outstanding += 1;
              entries.push({ event, file, end });
            }
            if (entries.length >= most) break;
          }
          // What is left without being a record is damage that was told of when it was found.
          if (entries.length < most) file.readTo = file.size;
        } catch (error) {
          file.readTo = file.size;
          file.isUnreadable = true;
          this.#options.onDamage({ path: file.path, error });
        }
      }
      if (entries.length === 0) await this.#tidy();
      return entries;
    });
  }

  /** The entry, and all before it, need not be handed out again. In order. */
  flushed({ file, end }: JournalEntry): void {
    file.outstanding -= 1;
    this.#count(file, -1);
    this.#flushedTo.set(file, end);
    if (this.#tidying) return;
    this.#tidying = true;
    void this.#inTurn(async () => {
      this.#tidying = false;
      await this.#tidy();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.#tidy();
      for (const file of this.#files) await file.close();
      this.#files.length = 0;
      this.#own = undefined;
      this.#grow(-this.#bytes);
    });
  }

  async #find(): Promise<void> {
    const { folder, onFound, onDamage } = this.#options;
    const slice = new TimeSlice();
    for (const name of await namesIn(folder, onDamage)) {
      const path = join(folder, name);
      try {
        const file = await JournalFile.open(path);
        this.#files.push(file);
        this.#grow(file.size);
        let end = file.readTo;
        for await (const record of file.records(file.readTo)) {
          if (slice.isOver) await slice.next();
          end = record.end;
          if (!record.event) onDamage({ path });
          else {
            this.#count(file, 1);
            onFound(record.event);
          }
        }
        if (end < file.size) onDamage({ path });
        // The half line of a process that ended while it wrote.
        this.#grow(end - file.size);
        file.size = end;
      } catch (error) {
        onDamage({ path, error });
      }
    }
    await this.#tidy();
  }

  async #create(): Promise<JournalFile> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `${String(Date.now()).padStart(13, '0')}-${process.pid}-${++this.#made}.ndjson`;
    this.#own = await JournalFile.create(join(folder, name));
    this.#files.push(this.#own);
    this.#grow(this.#own.size);
    return this.#own;
  }

  /** Marks what is flushed and takes away what is done. A disk that refuses costs a repeat later, nothing now. */
  async #tidy(): Promise<void> {
    for (const file of this.#files.slice()) {
      try {
        if (file.isDone) await this.#drop(file);
        else await file.mark(this.#flushedTo.get(file) ?? 0);
      } catch (error) {
        this.#options.onDamage({ path: file.path, error });
      }
    }
  }

  async #drop(file: JournalFile): Promise<void> {
    this.#files.splice(this.#files.indexOf(file), 1);
    this.#flushedTo.delete(file);
    this.#count(file, -(this.#counts.get(file) ?? 0));
    this.#counts.delete(file);
    this.#grow(-file.size);
    if (this.#own === file) this.#own = undefined;
    if (file.isUnreadable) await file.setAside();
    else await file.remove();
  }

  #count(file: JournalFile, change: number): void {
    this.#counts.set(file, (this.#counts.get(file) ?? 0) + change);
    this.unflushed += change;
  }

  #grow(change: number): void {
    this.#bytes += change;
    this.#options.onBytes(change);
  }

  /** One thing after the other: appending, reading and taking away touch the same files. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined); // Whoever asked hears of it.
    return await done;
  }
}

/** In the order in which they were begun. */
async function namesIn(folder: string, onDamage: JournalOptions['onDamage']): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => namePattern.test(name)).toSorted(inOrder);
  } catch (error) {
    if (!isMissing(error)) onDamage({ path: folder, error });
    return [];
  }
}

function inOrder(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => name.split(/[-.]/).map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[2] ?? 0) - (b?.[2] ?? 0);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
