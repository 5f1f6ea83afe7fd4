import { ArchiveError } from './archive.ts';

const newline = 0x0a;

/** The lines of a text in UTF-8, as bytes without their ends. A line longer than `maxBytes` is an ArchiveError, and so is a last line without an end. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end));
      yield Buffer.concat(parts);
      parts = [];
      length = 0;
      from = end + 1;
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) throw new ArchiveError('it ends in the middle of a line');

  function keep(part: Uint8Array): void {
    length += part.byteLength;
    if (length > maxBytes) throw new ArchiveError(`it has a line of more than ${maxBytes} bytes`);
    if (part.byteLength > 0) parts.push(part);
  }
}
