import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ConfigurationRecord, Head, Manifest, MessageRecord, StreamSummary } from './archive.ts';
import { fixHeader } from './gzip-frame.ts';
import { verifyArchive } from './read-archive.ts';

/** What the reader of a stream knows of it before its messages come. */
export type StreamFrame = Pick<StreamSummary, 'mark' | 'keptFrom' | 'upTo'>;

interface Counted {
  messages: number;
  first: number;
  last: number;
  hash: Hash;
}

/**
 * An archive in the making, under a temporary name beside its own. `finish` puts it on the disk for good and gives it its name;
 * disposed without that, nothing of it stays.
 */
export class ArchiveWriter implements AsyncDisposable {
  readonly #file: string;
  readonly #gzip = createGzip();
  readonly #written: Promise<void>;
  readonly #hash = createHash('sha256');
  readonly #counted = new Map<string, Counted>();
  #state: 'open' | 'finished' | 'disposed' = 'open';

  private constructor(file: string) {
    this.#file = file;
    // A leftover of an earlier try under the same name is overwritten; 0600 because viewers' names are inside.
    const target = createWriteStream(this.#temporary, { mode: 0o600, flush: true });
    this.#written = pipeline(this.#gzip, fixHeader(), target);
    // Whoever writes next hears of it; until then it is not unhandled.
    this.#written.catch(() => undefined);
  }

  /** Throws when the folder cannot be written. */
  static async open(file: string, head: Head): Promise<ArchiveWriter> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const writer = new ArchiveWriter(file);
    await writer.#write(head);
    return writer;
  }

  async addConfiguration(record: ConfigurationRecord): Promise<void> {
    await this.#write(record);
  }

  async addMessage(record: MessageRecord): Promise<void> {
    const line = await this.#write(record);
    const counted = this.#counted.get(record.stream);
    if (!counted) {
      const hash = createHash('sha256').update(line);
      this.#counted.set(record.stream, { messages: 1, first: record.seq, last: record.seq, hash });
      return;
    }
    counted.messages += 1;
    counted.last = record.seq;
    counted.hash.update(line);
  }

  /**
   * `frames` names every stream that was looked at, also those without a message. The archive gets its name only when it could be
   * read back; throws ArchiveError when not.
   */
  async finish(
    frames: Map<string, StreamFrame>,
    balance: Manifest['balance'],
    signal: AbortSignal,
  ): Promise<Manifest> {
    const streams: Manifest['streams'] = {};
    for (const [name, frame] of frames) {
      const {
        messages = 0,
        first = 0,
        last = 0,
        hash = createHash('sha256'),
      } = this.#counted.get(name) ?? {};
      streams[name] = { ...frame, messages, first, last, sha256: hash.digest('hex') };
    }
    const manifest: Manifest = {
      kind: 'manifest',
      streams,
      balance,
      sha256: this.#hash.copy().digest('hex'),
    };
    await this.#write(manifest);
    this.#gzip.end();
    await this.#written;
    await verifyArchive(this.#temporary, signal);
    await rename(this.#temporary, this.#file);
    this.#state = 'finished';
    await syncFolder(dirname(this.#file));
    return manifest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'disposed';
    this.#gzip.destroy();
    await this.#written.catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  get #temporary(): string {
    return `${this.#file}.partial`;
  }

  /** Waits while the disk is behind, so that memory stays bounded. */
  async #write(record: object): Promise<string> {
    const line = `${JSON.stringify(record)}\n`;
    this.#hash.update(line);
    if (!this.#gzip.destroyed && !this.#gzip.write(line)) await this.#room();
    // With the disk full, say, the reason is what the pipe ended with.
    if (this.#gzip.destroyed) await this.#written;
    return line;
  }

  async #room(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gzip.once('drain', resolve).once('close', resolve);
    await promise;
    this.#gzip.off('drain', resolve).off('close', resolve);
  }
}

/** The new name survives a power cut only when its folder is on the disk too; where folders cannot be synced, it is so already. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
