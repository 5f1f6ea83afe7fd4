import { closeSync, openSync, readSync } from 'node:fs';

/** More than such files hold, but for those of which only the first line is wanted. */
const bytes = Buffer.allocUnsafeSlow(4_096);

/**
 * A small file of the kernel's that is read again and again: kept open, each reading is one system call instead of five. Of a process, it
 * stays that of the one which had the number when it was opened: once that has ended it is empty, whoever has the number now.
 */
export class ProcFile implements Disposable {
  #fd: number | undefined;

  /** Never throws: without the file, there is nothing in it. */
  constructor(path: string) {
    try {
      this.#fd = openSync(path, 'r');
    } catch {
      this.#fd = undefined;
    }
  }

  read(): string {
    if (this.#fd === undefined) return '';
    try {
      return bytes.toString('latin1', 0, readSync(this.#fd, bytes, 0, bytes.length, 0));
    } catch {
      // Its process has ended.
      return '';
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
