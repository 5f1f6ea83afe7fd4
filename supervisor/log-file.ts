import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { maxLogBytes, setAside } from './bound-log.ts';
import { makeFolder } from './make-folder.ts';

/**
 * Where pino's lines go: a file that is set aside as `.1` once it is large, so that both together never take more than twice
 * `maxBytes`. Written synchronously, since the last line before a crash is the one that is needed. Never throws: a full disk must not end
 * the show. What could not be written is not kept; the next line that can says how much is missing.
 */
export class LogFile implements Disposable {
  readonly #file: string;
  readonly #maxBytes: number;
  #fd: number | undefined;
  #bytes = 0;
  #lost = 0;
  /** The last line of the file is a half. */
  #torn = false;

  constructor(file: string, maxBytes: number = maxLogBytes) {
    this.#file = file;
    this.#maxBytes = maxBytes;
  }

  write(line: string): void {
    try {
      if (this.#bytes + Buffer.byteLength(line) > this.#maxBytes || this.#wasRemoved())
        this[Symbol.dispose]();
      this.#fd ??= this.#open(this.#maxBytes - Buffer.byteLength(line));
      if (this.#torn) this.#append(this.#fd, '\n');
      if (this.#lost > 0) this.#append(this.#fd, missing(this.#lost));
      this.#lost = 0;
      this.#append(this.#fd, line);
    } catch {
      this.#lost += 1;
    }
  }

  [Symbol.dispose](): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }

  /** Somebody may tidy up: what goes into a file without a name is read by nobody. */
  #wasRemoved(): boolean {
    return this.#fd !== undefined && fstatSync(this.#fd).nlink === 0;
  }

  #open(maxBytes: number): number {
    makeFolder(dirname(this.#file));
    setAside(this.#file, Math.max(0, maxBytes));
    const fd = openSync(this.#file, 'a');
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  #append(fd: number, text: string): void {
    const length = Buffer.byteLength(text);
    const written = writeSync(fd, text);
    this.#bytes += written;
    this.#torn = written < length;
    if (this.#torn) throw new Error(`Cannot write ${length} bytes of the log: only ${written} fit`);
  }
}

function missing(lines: number): string {
  const entry = { level: 40, time: new Date().toISOString(), by: 'supervisor', lines };
  return `${JSON.stringify({ ...entry, msg: 'lines of this log were lost' })}\n`;
}
