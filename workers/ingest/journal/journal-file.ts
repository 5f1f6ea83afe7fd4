import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EventKind, LiveEvent } from '../../../protocol/event.ts';
import { TimeSlice } from '../time-slice.ts';
import type { LineContent, Shed } from './record.ts';
import { decodeLine, encodeRecord, encodeShed, recordsIn } from './record.ts';
import { ShedList } from './shed-list.ts';

const headPattern = /^onair-journal 1 (\d{15})\n/;
const headOf = (flushedTo: number): string => `onair-journal 1 ${String(flushedTo).padStart(15, '0')}\n`;
const headBytes = headOf(0).length;
const pieceBytes = 128 * 1024;
/** No line of ours is longer; a stretch without a line feed is damage, and passed over. */
const maxLineBytes = 1024 * 1024;

/** A line, and where it begins and ends in its file. */
export interface FileRecord extends LineContent {
  start: number;
  end: number;
}

/** What an event takes up, and whether it is let go. */
export type IsToGo = (event: LiveEvent, bytes: number) => boolean;

/**
 * One file of a journal: a head that says up to where it has been flushed, then one line per event, or per some events that were shed.
 * Only the process that made it appends to it; a later one reads it to the end and takes it away. So two processes never write the
 * same lines.
 */
export class JournalFile {
  readonly path: string;
  #handle: FileHandle;
  /** Bytes that are safe on the disk. */
  size: number;
  /** Up to where records were handed out. */
  readTo: number;
  /** Records that were handed out and are not flushed yet. */
  outstanding = 0;
  /** Events that are not flushed yet, by kind, about. */
  readonly kinds = new Map<EventKind, number>();
  /** Where lines about shed events begin that were passed over and are not told yet, with their ends. */
  readonly sheds = new Map<number, number>();
  /** Reading it has failed: it is kept for a person to look at. */
  isUnreadable = false;
  #flushedTo: number;
  #torn = false;

  constructor(path: string, handle: FileHandle, { size, flushedTo }: { size: number; flushedTo: number }) {
    this.path = path;
    this.#handle = handle;
    this.size = size;
    this.readTo = flushedTo;
    this.#flushedTo = flushedTo;
  }

  /** A new, empty one. Throws the system's error when the disk takes none. */
  static async create(path: string): Promise<JournalFile> {
    const handle = await open(path, 'wx+', 0o600);
    try {
      await handle.write(headOf(headBytes), 0, 'latin1');
      await handle.datasync();
      await syncFolder(dirname(path));
      return new JournalFile(path, handle, { size: headBytes, flushedTo: headBytes });
    } catch (error) {
      await handle.close();
      await unlink(path).catch(() => undefined); // An empty file that stays is passed over later.
      throw error;
    }
  }

  /** One that an earlier process left. What it was writing when it ended, half a line, is not read. */
  static async open(path: string): Promise<JournalFile> {
    const handle = await open(path, 'r+');
    const { size } = await handle.stat();
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(head, 0, headBytes, 0);
    const said = Number(headPattern.exec(head.toString('latin1', 0, bytesRead))?.[1] ?? headBytes);
    const flushedTo = said >= headBytes && said <= size ? said : Math.min(headBytes, size);
    return new JournalFile(path, handle, { size, flushedTo });
  }

  /** Everything in it has been handed out and flushed. */
  get isDone(): boolean {
    return this.readTo >= this.size && this.outstanding === 0 && this.sheds.size === 0;
  }

  /** Returns once the lines are on the disk for good. Throws the system's error; then nothing of them counts. */
  async append(lines: string): Promise<void> {
    if (this.#torn) await this.#cutBack();
    this.#torn = true;
    try {
      const bytes = Buffer.from(lines, 'utf8');
      await writeAll(this.#handle, bytes, this.size);
      await this.#handle.datasync();
      this.#torn = false;
      this.size += bytes.length;
    } catch (error) {
      // What is in it twice would be found twice.
      await this.#cutBack().catch(() => undefined);
      throw error;
    }
  }

  async #cutBack(): Promise<void> {
    await this.#handle.truncate(this.size);
    this.#torn = false;
  }

  /** Its records from a place on, damaged ones too. */
  async *records(from: number): AsyncGenerator<FileRecord> {
    let at = from;
    let length = pieceBytes;
    while (at < this.size) {
      const piece = Buffer.allocUnsafe(Math.min(length, this.size - at));
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at);
      if (bytesRead === 0) return;
      let end = 0;
      for (const record of recordsIn(piece.subarray(0, bytesRead))) {
        end = record.end;
        yield { ...record, start: at + record.start, end: at + end };
      }
      if (end > 0) {
        at += end;
        length = pieceBytes;
      } else if (at + bytesRead >= this.size) return;
      else if (length < maxLineBytes) length *= 2;
      else at += bytesRead;
    }
  }

  /** The events of some kinds that are not flushed yet, about. */
  countOf(kinds: Iterable<EventKind>): number {
    let count = 0;
    for (const kind of kinds) count += this.kinds.get(kind) ?? 0;
    return count;
  }

  count(kind: EventKind, change: number): void {
    this.kinds.set(kind, Math.max(0, (this.kinds.get(kind) ?? 0) + change));
  }

  /** So much of it need not be flushed again. Not synced: after a loss of power it is flushed twice, and the bus knows repeats. */
  async mark(flushedTo: number): Promise<void> {
    const to = Math.min(flushedTo, ...this.sheds.keys());
    if (to <= this.#flushedTo) return;
    await this.#handle.write(headOf(to), 0, 'latin1');
    this.#flushedTo = to;
  }

  /** The line about shed events that begins there. Undefined: it cannot be read any more. */
  async shedAt(start: number): Promise<Shed | undefined> {
    const line = Buffer.allocUnsafe((this.sheds.get(start) ?? start) - start);
    await this.#handle.read(line, 0, line.length, start);
    return decodeLine(line.subarray(0, -1)).shed;
  }

  /**
   * Writes it anew without some of the events that were not handed out, and with their ids at its end; what was handed out stays where
   * it is. Whole or not at all. Returns how many went. Throws the system's error; then it is as it was.
   */
  async shed(isToGo: IsToGo): Promise<number> {
    const path = `${this.path}.new`;
    const list = new ShedList();
    const handle = await open(path, 'w+', 0o600);
    try {
      const size = await this.#copyTo(handle, isToGo, list);
      if (list.count > 0) {
        await handle.datasync();
        await rename(path, this.path);
        const old = this.#handle;
        this.#handle = handle;
        await old.close();
        this.#torn = false;
        this.size = size;
        // Should the old one come back after a loss of power, it is flushed instead.
        await syncFolder(dirname(this.path)).catch(() => undefined);
        return list.count;
      }
    } catch (error) {
      if (this.#handle !== handle) await discard(path, handle);
      throw error;
    }
    await discard(path, handle);
    return 0;
  }

  async #copyTo(handle: FileHandle, isToGo: IsToGo, list: ShedList): Promise<number> {
    const slice = new TimeSlice();
    let at = 0;
    let lines = '';
    const write = async (bytes: Buffer) => {
      await writeAll(handle, bytes, at);
      at += bytes.length;
    };
    const flush = async (least: number) => {
      if (lines.length < least) return;
      const bytes = Buffer.from(lines, 'utf8');
      lines = '';
      await write(bytes);
    };
    while (at < this.readTo) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, this.readTo - at));
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error(`Cannot read ${this.path}: it ends at ${at}`);
      await write(piece.subarray(0, bytesRead));
    }
    for await (const { event, shed, start, end } of this.records(this.readTo)) {
      if (slice.isOver) await slice.next();
      if (shed) lines += encodeShed(shed);
      else if (event && isToGo(event, end - start)) list.add(event);
      else if (event) lines += encodeRecord(event);
      await flush(pieceBytes);
    }
    for (const shed of list.records()) lines += encodeShed(shed);
    await flush(1);
    return at;
  }

  async remove(): Promise<void> {
    await this.#handle.close();
    await unlink(this.path);
  }

  /** Out of the way, for a person to look at. */
  async setAside(): Promise<void> {
    await this.#handle.close();
    await rename(this.path, `${this.path}.damaged`);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A new file's name is only safe with its folder's. Windows can sync no folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let from = 0; from < bytes.length;)
    from += (await handle.write(bytes, from, bytes.length - from, at + from)).bytesWritten;
}

async function discard(path: string, handle: FileHandle): Promise<void> {
  await handle.close();
  await unlink(path).catch(() => undefined); // Taken away when the journal is opened next.
}
