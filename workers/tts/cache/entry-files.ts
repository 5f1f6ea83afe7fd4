import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedEntryError, decodeEntry, encodeEntry } from './entry-format.ts';
import type { StoredSound } from './entry-format.ts';
import type { EntryName } from './entry-name.ts';
import { folderOf, nameEntry } from './entry-name.ts';

/** No sentence is longer; whatever a file has become, not gigabytes of it are read. */
export const maxEntryBytes = 32_000_000;

/** The files of the cache, each by itself. What is not there is `undefined`; every other failure of the disk is thrown as it comes. */
export class EntryFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Names in one of the folders, whatever they are. */
  async list(folder: string): Promise<string[]> {
    return (await orAbsent(readdir(join(this.#root, folder)))) ?? [];
  }

  /** Throws DamagedEntryError. `heat` is what the time stamp says. */
  async read(entry: EntryName): Promise<{ stored: StoredSound; bytes: number; heat: number } | undefined> {
    const file = await orAbsent(open(this.#path(entry)));
    if (!file) return undefined;
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new DamagedEntryError('it is no file');
      if (status.size > maxEntryBytes) throw new DamagedEntryError(`it has ${status.size} bytes`);
      const bytes = Buffer.allocUnsafeSlow(status.size);
      let length = 0;
      while (length < bytes.byteLength) {
        const { bytesRead } = await file.read(bytes, length, bytes.byteLength - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      const stored = decodeEntry(bytes.subarray(0, length));
      if (stored.key !== entry.key || stored.text !== entry.text || stored.variant !== entry.variant)
        throw new DamagedEntryError('it is another sound');
      return { stored, bytes: status.size, heat: status.mtimeMs };
    } finally {
      await file.close();
    }
  }

  /** Never half a file under its name, whatever happens meanwhile. Gives its bytes. */
  async write(stored: StoredSound): Promise<number> {
    const bytes = encodeEntry(stored);
    const part = join(this.#root, folderOf(stored.text), `.${randomUUID()}.part`);
    try {
      await this.#writePart(part, bytes);
      await rename(part, this.#path(stored));
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      throw error;
    }
    return bytes.byteLength;
  }

  async #writePart(part: string, bytes: Buffer): Promise<void> {
    try {
      await writeFile(part, bytes, { flag: 'wx' });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      await mkdir(join(part, '..'), { recursive: true });
      await writeFile(part, bytes, { flag: 'wx' });
    }
  }

  async look(folder: string, name: string): Promise<{ bytes: number; heat: number } | undefined> {
    const status = await orAbsent(stat(join(this.#root, folder, name)));
    return status && { bytes: status.size, heat: status.mtimeMs };
  }

  /** Also what only looks like an entry; what is a folder stays. */
  async remove(folder: string, name: string): Promise<void> {
    try {
      await rm(join(this.#root, folder, name), { force: true });
    } catch (error) {
      if (codeOf(error) !== 'ERR_FS_EISDIR') throw error;
    }
  }

  async writeHeat(entry: EntryName, heat: number): Promise<void> {
    await orAbsent(utimes(this.#path(entry), new Date(), new Date(heat)));
  }

  #path(entry: EntryName): string {
    return join(this.#root, folderOf(entry.text), nameEntry(entry));
  }
}

async function orAbsent<T>(doing: Promise<T>): Promise<T | undefined> {
  try {
    return await doing;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
