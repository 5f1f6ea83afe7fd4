import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Logger } from '../../logger.ts';
import type { Recorded } from '../renditions.ts';
import type { KeptSound } from './index-file.ts';
import { indexText, readIndex } from './index-file.ts';
import { DamagedSoundError, decodeSound, encodeSound, maxSoundBytes } from './sound-file.ts';
import { writeFileWhole } from './write-file.ts';

export interface SoundFolderOptions {
  folder: string;
  log: Pick<Logger, 'warn'>;
  counters: Record<string, number>;
  mayWrite: () => boolean;
}

const indexPaceMs = 3_000;
const ourFile = /^[0-9a-f]{20}\.wav(\.\d+\.part)?$|^(index|plays)\.json\.\d+\.part$/;

/** Sounds in a folder and their index. Nothing here throws: what cannot be read is not there, what cannot be written is said once. */
export class SoundFolder {
  readonly #options: SoundFolderOptions;
  /** Damaged files that were told of. */
  readonly #told = new Set<string>();
  #readAt = -1;
  #writing: Promise<void> = Promise.resolve();
  #writeFailed = false;
  #timer: NodeJS.Timeout | undefined;
  #kept: (() => KeptSound[]) | undefined;
  /** When the index was written that was read last, in unix milliseconds. */
  indexedAt = 0;

  constructor(options: SoundFolderOptions) {
    this.#options = options;
  }

  /** What the index lists; undefined: the same as the last time. */
  async readIndex(): Promise<KeptSound[] | undefined> {
    try {
      const { mtimeMs } = await stat(this.#index);
      if (mtimeMs === this.#readAt) return undefined;
      const kept = await readIndex(this.#index);
      this.#readAt = mtimeMs;
      this.indexedAt = mtimeMs;
      return kept;
    } catch (error) {
      if (!isAbsent(error)) this.#tell('index.json', error);
      if (this.#readAt === 0) return undefined;
      this.#readAt = 0;
      return [];
    }
  }

  /** A sound, checked against what the index says of it; undefined: there is none that could be played. */
  async read(key: string, kept: KeptSound | undefined): Promise<Recorded | undefined> {
    const file = this.#file(key);
    try {
      // Whatever it is by now, not gigabytes of it.
      const { size } = await stat(file);
      if (size > maxSoundBytes) throw new DamagedSoundError(`${size} bytes`);
      const bytes = await readFile(file);
      if (kept && (bytes.byteLength !== kept.bytes || crc32(bytes) !== kept.crc))
        throw new DamagedSoundError('not what was written');
      return decodeSound(bytes);
    } catch (error) {
      if (kept || !isAbsent(error)) this.#tell(key, error);
      return undefined;
    }
  }

  describe(key: string, text: string, recorded: Recorded): KeptSound {
    const file = encodeSound(recorded);
    return { key, text, bytes: file.byteLength, crc: crc32(file), addedAt: Date.now() };
  }

  /** False: it is not on disk. */
  async write(key: string, recorded: Recorded): Promise<boolean> {
    if (!this.#options.mayWrite()) return false;
    return await this.#do(async () => await writeFileWhole(this.#file(key), encodeSound(recorded)));
  }

  remove(key: string): void {
    if (this.#options.mayWrite()) void this.#do(async () => await rm(this.#file(key), { force: true }));
  }

  /** Soon, and not for each of many changes. */
  writeIndex(kept: () => KeptSound[]): void {
    this.#kept = kept;
    this.#timer ??= setTimeout(() => this.#writeIndex(), indexPaceMs).unref();
  }

  /** Takes away files of ours that are in no index. Others' are left alone. */
  async tidy(keys: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => []);
    for (const name of names) {
      if (!ourFile.test(name) || (name.endsWith('.wav') && keys.has(name.slice(0, -'.wav'.length)))) continue;
      if (!this.#options.mayWrite()) return;
      await this.#do(async () => await rm(join(this.#options.folder, name), { force: true }));
    }
  }

  async written(): Promise<void> {
    if (this.#timer) this.#writeIndex();
    await this.#writing;
  }

  #writeIndex(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { mayWrite } = this.#options;
    const kept = this.#kept?.();
    if (kept && mayWrite()) void this.#do(async () => await writeFileWhole(this.#index, indexText(kept)));
  }

  /** One after the other. */
  async #do(write: () => Promise<void>): Promise<boolean> {
    const done = this.#writing.then(write).then(
      () => {
        this.#writeFailed = false;
        return true;
      },
      (error: unknown) => {
        const { folder, log, counters } = this.#options;
        counters['fillers.unwritable'] = (counters['fillers.unwritable'] ?? 0) + 1;
        if (!this.#writeFailed) log.warn({ err: error, folder }, 'cannot keep sounds for when nothing comes');
        this.#writeFailed = true;
        return false;
      },
    );
    this.#writing = done.then(() => undefined);
    return await done;
  }

  #tell(what: string, error: unknown): void {
    const { folder, log, counters } = this.#options;
    counters['fillers.damaged'] = (counters['fillers.damaged'] ?? 0) + 1;
    if (this.#told.has(what)) return;
    this.#told.add(what);
    log.warn({ err: error, folder, what }, 'a kept sound cannot be used, it is made again');
  }

  get #index(): string {
    return join(this.#options.folder, 'index.json');
  }

  #file(key: string): string {
    return join(this.#options.folder, `${key}.wav`);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
