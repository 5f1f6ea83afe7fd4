import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ArchiveRecord, Head, Manifest } from './archive.ts';
import { ArchiveError, formatName, formatVersion } from './archive.ts';
import { TrailerCheck, checkHeader, trailerBytes } from './gzip-frame.ts';
import { parseRecord } from './parse-record.ts';
import { splitLines } from './split-lines.ts';

/** A payload has at most 1 MB, in base64 a third more; a configuration is far shorter. */
const maxLineBytes = 8_000_000;

/**
 * The records of an archive, in order, in bounded memory. Everything is checked on the way: whoever got the last record without an
 * error has read exactly what was written. Throws ArchiveError, with the file's name, for anything else.
 */
export async function* readArchive(file: string, signal: AbortSignal): AsyncGenerator<ArchiveRecord> {
  const name = basename(file);
  try {
    yield* readRecords(file, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ArchiveError) throw new ArchiveError(`Cannot use ${name}: ${cause.message}`);
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new ArchiveError(
      missing ? `Cannot use ${name}: there is no such file` : `Cannot use ${name}: it is damaged`,
      {
        cause,
      },
    );
  }
}

/** Reads it whole; what it says of itself. */
export async function verifyArchive(
  file: string,
  signal: AbortSignal,
): Promise<{ head: Head; manifest: Manifest }> {
  let head: Head | undefined;
  let manifest: Manifest | undefined;
  for await (const record of readArchive(file, signal)) {
    if (record.kind === 'head') head = record;
    if (record.kind === 'manifest') manifest = record;
  }
  if (!head || !manifest) throw new ArchiveError(`Cannot use ${basename(file)}: it is empty`);
  return { head, manifest };
}

/** Only the first line: what it is, not whether it is whole. */
export async function readHead(file: string, signal: AbortSignal): Promise<Head> {
  for await (const record of readArchive(file, signal)) if (record.kind === 'head') return record;
  throw new ArchiveError(`Cannot use ${basename(file)}: it is empty`);
}

async function* readRecords(file: string, signal: AbortSignal): AsyncGenerator<ArchiveRecord> {
  const trailer = new TrailerCheck();
  const whole = createHash('sha256');
  const check = new ContentCheck();
  let manifest: Manifest | undefined;
  for await (const line of splitLines(inflate(file, trailer, signal), maxLineBytes)) {
    if (manifest) throw new ArchiveError('it goes on after its end');
    const record = parseRecord(line);
    if (record.kind === 'manifest') {
      manifest = record;
      if (whole.digest('hex') !== record.sha256) throw new ArchiveError('its contents do not match its hash');
      check.compare(record);
    } else {
      whole.update(line).update('\n');
      check.add(record, line);
    }
    // The last record is given out only when nothing can be wrong any more.
    if (record.kind !== 'manifest') yield record;
  }
  if (!manifest) throw new ArchiveError('it ends before its manifest');
  if (!trailer.matches(await readTrailer(file))) throw new ArchiveError('it goes on after its end');
  yield manifest;
}

async function* inflate(file: string, trailer: TrailerCheck, signal: AbortSignal): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { signal });
  const inflated = pipeline(source, checkHeader(), createGunzip(), () => undefined);
  try {
    for await (const chunk of inflated as AsyncIterable<Buffer>) {
      trailer.add(chunk);
      yield chunk;
    }
  } finally {
    source.destroy();
  }
}

async function readTrailer(file: string): Promise<Buffer> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const trailer = Buffer.alloc(trailerBytes);
  const { bytesRead } = await handle.read(trailer, 0, trailerBytes, Math.max(0, size - trailerBytes));
  return trailer.subarray(0, bytesRead);
}

/** Order and counts, apart from bytes: the head first, sequences that rise, and each stream as the manifest has it. */
class ContentCheck {
  readonly #streams = new Map<
    string,
    { messages: number; first: number; last: number; hash: ReturnType<typeof createHash> }
  >();
  #headSeen = false;

  add(record: Exclude<ArchiveRecord, Manifest>, line: Buffer): void {
    if (this.#headSeen !== (record.kind !== 'head')) throw new ArchiveError('its head is not its first line');
    if (record.kind === 'head') {
      this.#headSeen = true;
      checkFormat(record);
      return;
    }
    if (record.kind === 'configuration') return;
    const { stream, seq } = record;
    const known = this.#streams.get(stream) ?? {
      messages: 0,
      first: seq,
      last: 0,
      hash: createHash('sha256'),
    };
    if (seq <= known.last) throw new ArchiveError(`its messages of ${stream} are out of order`);
    known.messages += 1;
    known.last = seq;
    known.hash.update(line).update('\n');
    this.#streams.set(stream, known);
  }

  compare({ streams }: Manifest): void {
    if (!this.#headSeen) throw new ArchiveError('it has no head');
    for (const [name, { messages, first, last, hash }] of this.#streams) {
      const said = streams[name];
      const digest = hash.digest('hex');
      if (
        said?.messages !== messages ||
        said.first !== first ||
        said.last !== last ||
        said.sha256 !== digest
      ) {
        throw new ArchiveError(`its messages of ${name} are not those of its manifest`);
      }
    }
    for (const [name, { messages }] of Object.entries(streams)) {
      if (messages > 0 && !this.#streams.has(name))
        throw new ArchiveError(`its ${messages} messages of ${name} are missing`);
    }
  }
}

function checkFormat({ format, version }: { format: string; version: number }): void {
  if (format !== formatName) throw new ArchiveError(`it is a "${format}", not a backup of onair`);
  if (version !== formatVersion) {
    throw new ArchiveError(`it has format version ${version}, this version of onair reads ${formatVersion}`);
  }
}
