import { crc32 } from 'node:zlib';
import type { LiveEvent } from '../../../protocol/event.ts';
import { eventKinds } from '../../../protocol/event.ts';

const newline = 0x0a;
const headLength = '00000000 '.length;

/** One line: the checksum of the JSON in eight hex digits, a space, the JSON. JSON holds no line feed, so that a damaged line ends where it ends. */
export function encodeRecord(event: LiveEvent): string {
  const json = JSON.stringify(event);
  return `${checksum(json)} ${json}\n`;
}

/** The event in a line, or undefined when the line is damaged. */
export function decodeRecord(line: Buffer): LiveEvent | undefined {
  const json = line.subarray(headLength);
  if (line.toString('latin1', 0, headLength) !== `${checksum(json)} `) return undefined;
  try {
    const value = JSON.parse(json.toString('utf8')) as LiveEvent;
    return eventKinds.includes(value.kind) && value.id && value.room ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The whole lines of a piece of a journal. `end` is where each ends in it; what follows the last line feed is not yet a line. */
export function* recordsIn(piece: Buffer): Generator<{ event: LiveEvent | undefined; end: number }> {
  let start = 0;
  for (;;) {
    const at = piece.indexOf(newline, start);
    if (at < 0) return;
    yield { event: decodeRecord(piece.subarray(start, at)), end: at + 1 };
    start = at + 1;
  }
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
}
