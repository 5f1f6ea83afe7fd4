import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 256 * 1024;

/** A file, read from its beginning as far as it is asked for. */
export class ByteStream implements AsyncDisposable {
  /** How far it was taken. */
  position = 0;
  readonly #handle: FileHandle;
  #bytes: Buffer = Buffer.alloc(0);
  #readTo = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(path: string): Promise<ByteStream> {
    return new ByteStream(await open(path, 'r'));
  }

  /** The next bytes, without taking them: fewer only at the end of the file. */
  async peek(length: number): Promise<Buffer> {
    while (this.#bytes.byteLength < length && (await this.#readMore(length)));
    return this.#bytes.subarray(0, length);
  }

  take(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
    this.position += length;
  }

  /** The next line without its end, taken; undefined at the end of the file. Throws when it is longer than `most`. */
  async line(most: number): Promise<string | undefined> {
    for (let searched = 0; ;) {
      const at = this.#bytes.indexOf(10, searched);
      if (at >= 0) return this.#takeLine(at, at + 1);
      searched = this.#bytes.byteLength;
      if (searched > most)
        throw new Error(`A line of more than ${most} bytes begins at byte ${this.position}`);
      if (!(await this.#readMore(searched + 1)))
        return searched === 0 ? undefined : this.#takeLine(searched, searched);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  #takeLine(length: number, taken: number): string {
    const text = this.#bytes.toString('utf8', 0, length);
    this.take(taken);
    return text;
  }

  async #readMore(wanted: number): Promise<boolean> {
    const piece = Buffer.allocUnsafe(Math.max(pieceBytes, wanted - this.#bytes.byteLength));
    const { bytesRead } = await this.#handle.read(piece, 0, piece.byteLength, this.#readTo);
    this.#readTo += bytesRead;
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(0, bytesRead)]);
    return bytesRead > 0;
  }
}
