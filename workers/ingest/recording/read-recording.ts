import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { RawMessage } from '../source.ts';
import { ByteStream } from './byte-stream.ts';
import type { RecordingHeader } from './format.ts';
import {
  fixedBytes,
  maxDataBytes,
  maxHeaderBytes,
  prefixBytes,
  readHeader,
  readRecord,
  recordingEnding,
} from './format.ts';
import { readLine } from './foreign-line.ts';

/** Between two messages of a form that has no times. */
const untimedMs = 200;

/** What is read of a recording, in its order. Damage is told where it is met; what stands before it, and after if it can be found, is read. */
export type Recorded =
  | { kind: 'header'; header: RecordingHeader; path: string }
  | { kind: 'message'; message: RawMessage; path: string }
  /** `isEnd`: nothing after it can be read in this file. Half a record at the end of a file is what a killed process leaves. */
  | { kind: 'damage'; path: string; at: number; text: string; isEnd: boolean };

/**
 * Reads a recording: one of ours, lines of JSON with base64 in them, length-prefixed messages, or a folder of any of these or of one file
 * per message. Throws the system's error when it cannot be opened, and an Error that says which forms there are when it is none.
 */
export async function* readRecording(path: string): AsyncGenerator<Recorded, void, undefined> {
  if (!(await stat(path)).isDirectory()) return yield* readFileOf(path);
  const names = (await readdir(path)).toSorted(byNumber);
  const files = names.filter((name) => name.endsWith(recordingEnding) || isForeign(name));
  const single = names.filter((name) => extname(name) === '.bin');
  if (files.length === 0 && single.length === 0)
    throw new Error(`${path} holds no recording: no *${recordingEnding}, *.ndjson, *.jsonl and no *.bin`);
  for (const name of files) yield* readFileOf(join(path, name));
  if (files.length === 0) yield* readSingles(path, single);
}

const isForeign = (name: string): boolean => ['.ndjson', '.jsonl'].includes(extname(name));

/** `2.bin` before `10.bin`. */
const byNumber = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true, sensitivity: 'variant' });

async function* readFileOf(path: string): AsyncGenerator<Recorded, void, undefined> {
  await using stream = await ByteStream.open(path);
  const first = await stream.peek(maxHeaderBytes);
  const lineEnd = first.indexOf(10);
  const header = lineEnd >= 0 ? readOwnHeader(first.toString('utf8', 0, lineEnd), path) : undefined;
  if (header) {
    stream.take(lineEnd + 1);
    yield { kind: 'header', header, path };
    yield* readRecords(stream, path);
  } else if (first[0] === 0x7b) yield* readLines(stream, path);
  else if (await beginsWithLength(stream)) yield* readPrefixed(stream, path);
  else if (first.byteLength > 0)
    throw new Error(
      `${path} is no recording that is known here: it begins neither with a header of onair, nor with a line of JSON, nor with a length of 4 bytes`,
    );
}

function readOwnHeader(line: string, path: string): RecordingHeader | undefined {
  try {
    return readHeader(line);
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function* readRecords(stream: ByteStream, path: string): AsyncGenerator<Recorded, void, undefined> {
  for (;;) {
    const at = stream.position;
    const prefix = await stream.peek(prefixBytes);
    if (prefix.byteLength === 0) return;
    const damage = (text: string, isEnd: boolean): Recorded => ({ kind: 'damage', path, at, text, isEnd });
    if (prefix.byteLength < prefixBytes) return yield damage('half a record at the end', true);
    const length = prefix.readUInt32BE(0);
    if (length < fixedBytes || length > fixedBytes + maxDataBytes)
      return yield damage(`a record of ${length} bytes cannot be`, true);
    const checksum = prefix.readUInt32BE(4);
    const whole = await stream.peek(prefixBytes + length);
    if (whole.byteLength < prefixBytes + length) return yield damage('half a record at the end', true);
    const message = readRecord(whole.subarray(prefixBytes), checksum);
    stream.take(prefixBytes + length);
    if (message) yield { kind: 'message', message, path };
    else yield damage(`a record of ${length} bytes is damaged`, false);
  }
}

async function* readLines(stream: ByteStream, path: string): AsyncGenerator<Recorded, void, undefined> {
  let last = 0;
  for (;;) {
    const at = stream.position;
    let line: string | undefined;
    try {
      line = await stream.line(maxDataBytes * 2);
    } catch (error) {
      return yield { kind: 'damage', path, at, text: (error as Error).message, isEnd: true };
    }
    if (line === undefined) return;
    if (line.trim() === '') continue;
    const message = readLine(line, last + untimedMs);
    if (message) {
      last = message.receivedAt;
      yield { kind: 'message', message, path };
    } else {
      const text = 'a line that is no JSON object with "data" in base64';
      yield { kind: 'damage', path, at, text, isEnd: false };
    }
  }
}

/** Whether the first length fits what follows. */
async function beginsWithLength(stream: ByteStream): Promise<boolean> {
  const prefix = await stream.peek(4);
  if (prefix.byteLength < 4) return false;
  const length = prefix.readUInt32BE(0);
  return length > 0 && length <= maxDataBytes && (await stream.peek(4 + length)).byteLength === 4 + length;
}

async function* readPrefixed(stream: ByteStream, path: string): AsyncGenerator<Recorded, void, undefined> {
  for (let count = 0; ; count++) {
    const at = stream.position;
    const prefix = await stream.peek(4);
    if (prefix.byteLength === 0) return;
    const length = prefix.byteLength === 4 ? prefix.readUInt32BE(0) : Infinity;
    const whole = length <= maxDataBytes ? await stream.peek(4 + length) : prefix;
    if (whole.byteLength < 4 + length) {
      const text =
        length === Infinity || length <= maxDataBytes
          ? 'half a message at the end'
          : `a message of ${length} bytes cannot be`;
      return yield { kind: 'damage', path, at, text, isEnd: true };
    }
    stream.take(4 + length);
    const message: RawMessage = { receivedAt: count * untimedMs, form: 'binary', data: whole.subarray(4) };
    yield { kind: 'message', message, path };
  }
}

/** One message per file; names that are Unix milliseconds tell when it came. */
async function* readSingles(folder: string, names: string[]): AsyncGenerator<Recorded, void, undefined> {
  for (const [index, name] of names.entries()) {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size > maxDataBytes) {
      yield { kind: 'damage', path, at: 0, text: `a message of ${size} bytes cannot be`, isEnd: false };
      continue;
    }
    const said = /^\d{13}(?!\d)/.exec(basename(name))?.[0];
    const receivedAt = said === undefined ? index * untimedMs : Number(said);
    const data = await readFile(path);
    yield { kind: 'message', message: { receivedAt, form: 'binary', data }, path };
  }
}
