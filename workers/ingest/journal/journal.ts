import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveEvent } from '../../../protocol/event.ts';
import { TimeSlice } from '../time-slice.ts';
import { JournalFile } from './journal-file.ts';
import { namesIn, reserveName } from './journal-folder.ts';
import type { JournalEntry, JournalOptions, ShedEntry } from './journal-options.ts';
import { JournalFullError, withDefaults } from './journal-options.ts';
import type { Need } from './make-room.ts';
import { isDiskFull } from '../../../protocol/disk-full.ts';
import { bytesOf, makeRoom, noNeed, spareOf } from './make-room.ts';
import type { Shed } from './record.ts';
import { encodeRecord, encodeShed } from './record.ts';
import { Reserve } from './reserve.ts';
import { shedOrder } from './shed-list.ts';

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
  readonly #reserve: Reserve;
  #own: JournalFile | undefined;
  #bytes = 0;
  #made = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #tidying = false;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = withDefaults(options);
    const { folder, fileBytes } = this.#options;
    this.#reserve = new Reserve(join(folder, reserveName), fileBytes);
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

  /**
   * Returns once the events are on the disk for good, or shed, and that is on the disk. When there is no place, unpaid ones are shed
   * (`shedOrder`), of the journal and of these. Throws JournalFullError, or what the system says; then none of them is kept.
   */
  async append(events: readonly LiveEvent[]): Promise<void> {
    await this.#inTurn(async () => {
      const need = this.#lacking(events);
      if (need.events > 0 || need.bytes > 0) return await this.#appendShedding(events, need);
      try {
        await this.#write(events, []);
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        await this.#appendShedding(events, { events: 0, bytes: bytesOf(events) }, error);
      }
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
          for await (const { event, shed, start, end } of file.records(file.readTo)) {
            if (slice.isOver) await slice.next();
            file.readTo = end;
            if (shed) file.sheds.set(start, end);
            if (shed) this.#options.onShedWaiting();
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
  flushed({ event, file, end }: JournalEntry): void {
    file.outstanding -= 1;
    file.count(event.kind, -1);
    this.#count(file, -1);
    this.#flushedTo.set(file, end);
    this.#tidySoon();
  }

  /** Events that were shed and are not told of yet, of the part of the journal that was handed out; undefined: none are. */
  async nextShed(): Promise<ShedEntry | undefined> {
    return await this.#inTurn(async () => {
      for (const file of this.#files) {
        for (const start of file.sheds.keys()) {
          const shed = await file.shedAt(start).catch(() => undefined);
          if (shed) return { shed, file, start };
          file.sheds.delete(start);
          this.#options.onDamage({ path: file.path });
        }
      }
      return undefined;
    });
  }

  /** Their outcomes are safe on the bus. */
  shedTold({ file, start }: ShedEntry): void {
    file.sheds.delete(start);
    this.#tidySoon();
  }

  #tidySoon(): void {
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
      await this.#reserve.release();
      this.#files.length = 0;
      this.#own = undefined;
      this.#grow(-this.#bytes);
    });
  }

  async #find(): Promise<void> {
    const { folder, onFound, onFoundShed, onDamage } = this.#options;
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
          const { event, shed } = record;
          if (shed) onFoundShed(shed);
          else if (event) {
            file.count(event.kind, 1);
            this.#count(file, 1);
            onFound(event);
          } else onDamage({ path });
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

  /** What would have to go for these to have a place. */
  #lacking(events: readonly LiveEvent[]): Need {
    const { maxEvents, maxBytes } = this.#options;
    return {
      events: this.unflushed + events.length - maxEvents,
      bytes: this.#bytes + bytesOf(events) - maxBytes,
    };
  }

  /** `error`: the disk itself is full. */
  async #appendShedding(events: readonly LiveEvent[], need: Need, error?: unknown): Promise<void> {
    const { maxEvents, maxBytes, onShed, onDamage } = this.#options;
    // Only what nobody appends to is written anew.
    if (shedOrder.some((kinds) => (this.#own?.countOf(kinds) ?? 0) > 0)) this.#own = undefined;
    if (error !== undefined) await this.#reserve.release();
    let gone = 0;
    const { kept, shed } = await makeRoom({
      files: [...this.#files],
      batch: events,
      need,
      spare: error ? noNeed : spareOf({ events: maxEvents, bytes: maxBytes }),
      onShed: (file, { events: count, bytes }) => {
        this.#count(file, -count);
        this.#grow(-bytes);
        gone += count;
      },
      onError: (file, reason) => {
        if (!isDiskFull(reason)) onDamage({ path: file.path, error: reason });
      },
    });
    if (gone > 0) onShed(gone);
    const left = this.#lacking(kept);
    if (error === undefined && (left.events > 0 || left.bytes > 0))
      throw new JournalFullError(`Journal holds ${this.unflushed} events, ${this.#bytes} bytes`);
    if (error !== undefined && gone === 0 && shed.count === 0) throw error;
    await this.#write(kept, shed.records());
    if (shed.count > 0) onShed(shed.count);
  }

  async #write(events: readonly LiveEvent[], sheds: readonly Shed[]): Promise<void> {
    const lines = events.map(encodeRecord).join('') + sheds.map(encodeShed).join('');
    if (lines === '') return;
    if (this.#own && this.#own.size > this.#options.fileBytes) this.#own = undefined;
    const file = this.#own ?? (await this.#create());
    const before = file.size;
    await file.append(lines);
    this.#grow(file.size - before);
    this.#count(file, events.length);
    for (const { kind } of events) file.count(kind, 1);
  }

  async #create(): Promise<JournalFile> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A short outage is over before it would pay.
    if (this.#files.length > 0) await this.#reserve.hold();
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
    if (this.#files.length === 0) await this.#reserve.release();
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
