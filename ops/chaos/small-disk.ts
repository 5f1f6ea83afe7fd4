import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

export interface SmallDiskOptions {
  /** An empty folder, which becomes the disk. */
  folder: string;
  sizeMb: number;
  /** Whether what is on it is to be in the folder afterwards. */
  isKept: () => boolean;
}

/** Evidence that must not suffer with the rest: what the rooms have said, and what was heard. */
const spared = ['sim', 'audio'];
const mountMs = 10_000;

/** Mounting needs root, and Linux; a full disk of this kind lies in memory, of which twice as much shall be free. */
export function canMountDisk(sizeMb: number): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && freemem() > 2_000_000 * sizeMb;
}

/** A disk of its own for a home folder, so small that it can be filled without harm to anybody else. Throws when it cannot be had. */
export class SmallDisk implements Disposable {
  readonly #options: SmallDiskOptions;
  readonly #outside: string;
  readonly #filler: string;
  #mounted = true;

  constructor(options: SmallDiskOptions) {
    this.#options = options;
    const { folder, sizeMb } = options;
    run('mount', '-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0700`, 'onair-chaos', folder);
    this.#outside = mkdtempSync(`${folder}-spared-`);
    this.#filler = join(folder, 'filler');
    for (const name of spared) {
      mkdirSync(join(this.#outside, name));
      symlinkSync(join(this.#outside, name), join(folder, name));
    }
  }

  /** Until not one byte is left; how many it took. */
  fill(): number {
    const file = openSync(this.#filler, 'a');
    const bytes = Buffer.alloc(1_048_576, 1);
    let total = 0;
    try {
      for (let size = bytes.byteLength; size >= 1;) {
        const written = tryWrite(file, bytes.subarray(0, size));
        total += written;
        if (written < size) size = Math.floor(size / 4);
      }
    } finally {
      closeSync(file);
    }
    return total;
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  [Symbol.dispose](): void {
    if (!this.#mounted) return;
    this.#mounted = false;
    this.free();
    const { folder, isKept } = this.#options;
    const kept = isKept();
    const copy = join(this.#outside, 'copy');
    if (kept) cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
    // Lazily: somebody may still be looking at it.
    run('umount', '-l', folder);
    if (kept) {
      cpSync(copy, folder, { recursive: true, verbatimSymlinks: true });
      for (const name of spared) {
        rmSync(join(folder, name), { force: true });
        renameSync(join(this.#outside, name), join(folder, name));
      }
    }
    rmSync(this.#outside, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function tryWrite(file: number, bytes: Buffer): number {
  try {
    return writeSync(file, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 0;
    throw error;
  }
}

function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: mountMs });
  if (status !== 0) throw new Error(`Cannot ${program} a small disk: ${error?.message ?? stderr.trim()}`);
}
