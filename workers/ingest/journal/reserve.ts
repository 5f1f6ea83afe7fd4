import { open, unlink } from 'node:fs/promises';

const pieceBytes = 64 * 1024;

/** Disk that is held for when there is none left: to write a file anew, smaller, takes a place for both at once. Never throws. */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  #isHeld = false;

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Takes it, or as much as there is. */
  async hold(): Promise<void> {
    if (this.#isHeld) return;
    this.#isHeld = true;
    const piece = Buffer.alloc(pieceBytes, 'reserve ');
    try {
      await using file = await open(this.#path, 'w', 0o600);
      for (let at = 0; at < this.#bytes; at += pieceBytes)
        await file.write(piece, 0, Math.min(pieceBytes, this.#bytes - at), at);
      await file.datasync();
    } catch {
      // What it got is all there is.
    }
  }

  async release(): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    await unlink(this.#path).catch(() => undefined); // A later one takes it over.
  }
}
