import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LiveEvent } from '../../../protocol/event.ts';
import { recordsIn } from './record.ts';

const headPattern = /^onair-journal 1 (\d{15})\n/;
const headOf = (flushedTo: number): string => `onair-journal 1 ${String(flushedTo).padStart(15, '0')}\n`;
const headBytes = headOf(0).length;
const pieceBytes = 128 * 1024;
/** No line of ours is longer; a stretch without a line feed is damage, and passed over. */
const maxLineBytes = 1024 * 1024;

export interface FileRecord {
  /** Undefined: damaged. */
  event: LiveEvent | undefined;
  end: number;
}

/**
 * One file of a journal: a head that says up to where it has been flushed, then one line per event. Only the process that made it
 * appends to it; a later one reads it to the end and takes it away. So two processes never write the same lines.
 */
export class JournalFile {
  readonly path: string;
  readonly #handle: FileHandle;
  /** Bytes that are safe on the disk. */
  size: number;
  /** Up to where records were handed out. */
  readTo: number;
  /** Records that were handed out and are not flushed yet. */
  outstanding = 0;
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
    return this.readTo >= this.size && this.outstanding === 0;
  }

  /** Returns once the lines are on the disk for good. Throws the system's error; then nothing of them counts. */
  async append(lines: string): Promise<void> {
    if (this.#torn) await this.#handle.truncate(this.size);
    this.#torn = true;
    const bytes = Buffer.from(lines, 'utf8');
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        written,
        bytes.length - written,
        this.size + written,
      );
      written += bytesWritten;
    }
    await this.#handle.datasync();
    this.#torn = false;
    this.size += bytes.length;
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
        yield { event: record.event, end: at + end };
      }
      if (end > 0) {
        at += end;
        length = pieceBytes;
      } else if (at + bytesRead >= this.size) return;
      else if (length < maxLineBytes) length *= 2;
      else at += bytesRead;
    }
  }

  /** So much of it need not be flushed again. Not synced: after a loss of power it is flushed twice, and the bus knows repeats. */
  async mark(flushedTo: number): Promise<void> {
    if (flushedTo <= this.#flushedTo) return;
    await this.#handle.write(headOf(flushedTo), 0, 'latin1');
    this.#flushedTo = flushedTo;
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
