import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingConfig } from '../../../protocol/ingest-config.ts';
import { delay } from '../../delay.ts';
import type { Logger } from '../../logger.ts';
import type { RawMessage } from '../source.ts';
import type { Tally } from '../tally.ts';
import { encodeHeader, encodePrefix, recordingEnding } from './format.ts';

interface RecorderOptions {
  room: string;
  /** Type of the source, as in the configuration. */
  source: string;
  /** Of this room alone. */
  folder: string;
  config: RecordingConfig;
  tally: Pick<Tally, 'count'>;
  log: Pick<Logger, 'warn' | 'info'>;
  maxWaitingBytes?: number;
  retryMs?: number;
}

/** Of one file; a quarter of the room's share at most, so that rotating takes away no more than that. */
const mostFileBytes = 64 * 1024 * 1024;
/** As many as one write takes. */
const maxBatch = 512;
const day = 86_400_000;
/** A write to a disk that has gone must not hold up the end of a room. */
const closeTimeoutMs = 1_000;

/**
 * Writes what arrives in a room into rotating files, in its own time: `record` only takes note, and what the disk does not take is dropped
 * and counted. Neither a full disk nor a slow one is ever noticed by the room; that it fails is said once, and again when it works.
 */
export class RoomRecorder implements AsyncDisposable {
  readonly #options: Required<RecorderOptions>;
  #waiting: RawMessage[] = [];
  #waitingBytes = 0;
  #file: { handle: FileHandle; path: string; bytes: number } | undefined;
  #writing: Promise<void> | undefined;
  #isFailing = false;
  #retryAt = 0;
  #dropped = 0;
  #files = 0;
  readonly #closing = new AbortController();

  constructor(options: RecorderOptions) {
    this.#options = { maxWaitingBytes: 8 * 1024 * 1024, retryMs: 10_000, ...options };
  }

  /** Never throws, never waits. */
  record(message: RawMessage): void {
    const { maxWaitingBytes } = this.#options;
    const isFull = this.#waitingBytes + message.data.byteLength > maxWaitingBytes;
    if (this.#closing.signal.aborted || isFull || performance.now() < this.#retryAt) return this.#drop(1);
    this.#waiting.push(message);
    this.#waitingBytes += message.data.byteLength;
    this.#writing ??= this.#writeAll();
  }

  /** What waits is still written, for a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const late = new AbortController();
    await Promise.race([this.#finish(), delay(closeTimeoutMs, late.signal)]);
    late.abort();
  }

  async #finish(): Promise<void> {
    await this.#writing;
    await this.#close();
  }

  async #writeAll(): Promise<void> {
    // Later than its caller, and together with what arrives in the same turn.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0, maxBatch));
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(batch: RawMessage[]): Promise<void> {
    const { tally } = this.#options;
    const pieces = batch.flatMap((message) => [encodePrefix(message), message.data]);
    const bytes = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    try {
      const file = (this.#file ??= await this.#open());
      await writeWhole(file.handle, pieces, bytes);
      file.bytes += bytes;
      tally.count('recorded', batch.length);
      this.#recovered();
      if (file.bytes >= this.#fileBytes) await this.#close();
    } catch (error) {
      this.#failed(error, batch.length + this.#waiting.length);
      this.#waiting = [];
      // What was half written ends that file: the rest of it would be read as damage.
      await this.#close();
    } finally {
      this.#waitingBytes = this.#waiting.reduce((sum, { data }) => sum + data.byteLength, 0);
    }
  }

  get #fileBytes(): number {
    return Math.min(mostFileBytes, Math.ceil((this.#options.config.maxMb * 1_048_576) / 4));
  }

  async #open(): Promise<{ handle: FileHandle; path: string; bytes: number }> {
    const { folder, room, source } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#clearUp();
    const startedAt = Date.now();
    const name = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '-');
    const path = join(folder, `${name}-${process.pid}-${++this.#files}${recordingEnding}`);
    const handle = await open(path, 'wx', 0o600);
    try {
      const header = encodeHeader({ source, room, startedAt });
      await writeWhole(handle, [header], header.byteLength);
      return { handle, path, bytes: header.byteLength };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Takes away what is too old, and the oldest of what is too much, so that a file more has room. */
  async #clearUp(): Promise<void> {
    const { folder, config } = this.#options;
    const names = (await readdir(folder)).filter((name) => name.endsWith(recordingEnding)).toSorted();
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs };
      }),
    );
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size, mtimeMs } of files) {
      const isOld = Date.now() - mtimeMs > config.keepDays * day;
      if (!isOld && bytes + this.#fileBytes <= config.maxMb * 1_048_576) continue;
      await unlink(path);
      bytes -= size;
    }
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // The system's last word on a file that is given up anyway.
    await file?.handle.close().catch(() => undefined);
  }

  #drop(messages: number): void {
    this.#dropped += messages;
    this.#options.tally.count('recordingDropped', messages);
  }

  #failed(error: unknown, messages: number): void {
    const { log, room, folder, retryMs } = this.#options;
    this.#drop(messages);
    this.#retryAt = performance.now() + retryMs;
    if (!this.#isFailing) log.warn({ err: error, room, folder }, 'the room is not recorded any more');
    this.#isFailing = true;
  }

  #recovered(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.info(
      { room: this.#options.room, dropped: this.#dropped },
      'the room is recorded again',
    );
  }
}

/** A disk that fills up takes a part, and says so only by its number. */
async function writeWhole(handle: FileHandle, pieces: Uint8Array[], bytes: number): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten < bytes) throw new Error(`Only ${bytesWritten} of ${bytes} bytes were written`);
}
