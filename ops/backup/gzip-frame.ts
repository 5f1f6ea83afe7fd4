import { Transform } from 'node:stream';
import { crc32 } from 'node:zlib';
import { ArchiveError } from './archive.ts';

/**
 * The ten bytes that begin our gzip files: no name, no time, "unknown" system. zlib checks everything of a file but its time, system
 * and what follows its end; with fixed bytes and the trailer compared, no byte of an archive can change unnoticed.
 */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
export const trailerBytes = 8;

/** Puts our header in the place of the one that the platform's zlib has written. */
export function fixHeader(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (at < header.length) {
        header.copy(chunk, 0, at);
        at += chunk.length;
      }
      done(null, chunk);
    },
  });
}

/** Passes on the bytes of an archive file; fails at once when it does not begin as one of ours. */
export function checkHeader(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const part = header.subarray(at, at + chunk.length);
      const ours = part.equals(chunk.subarray(0, part.length));
      at += part.length;
      if (ours) done(null, chunk);
      else done(new ArchiveError('it does not begin like an archive of onair'));
    },
  });
}

/** Checksum and length of what was read, against the file's last bytes (both little-endian, RFC 1952). */
export class TrailerCheck {
  #crc = 0;
  #length = 0;

  add(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
    this.#length = (this.#length + bytes.byteLength) % 2 ** 32;
  }

  matches(trailer: Buffer): boolean {
    if (trailer.length !== trailerBytes) return false;
    return trailer.readUInt32LE(0) === this.#crc && trailer.readUInt32LE(4) === this.#length;
  }
}
