import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { Sound } from '../engine.ts';
import type { EntryName } from './entry-name.ts';

/** Part of every key: what another version has written is not looked for. */
export const formatVersion = 1;

/** The file is not what was written: cut short, changed, of another version, or another sound's. */
export class DamagedEntryError extends Error {
  override name = 'DamagedEntryError';
  readonly code = 'damaged-entry';
}

/** A sound with what its file tells of it. */
export interface StoredSound extends EntryName {
  sound: Sound;
}

/** 0 mark · 8 version · 10 bytes of the header · 12 bytes of samples · 16 checksum of all the rest · 20 zero · 24 header, samples. */
const mark = Buffer.from('onairtts', 'latin1');
const at = { version: 8, headerBytes: 10, pcmBytes: 12, checksum: 16, header: 24 };
/** Samples begin at a multiple of it, so that they can be looked at as numbers where they lie. */
const alignment = 8;

const headerSchema = z.strictObject({
  text: z.string(),
  key: z.string(),
  variant: z.int().min(0),
  createdAt: z.int().min(0),
  costMs: z.number().min(0),
  sampleRateHz: z.int().min(1),
  figures: z.strictObject({ durationMs: z.number(), peak: z.number() }),
});

export function encodeEntry({ text, key, variant, createdAt, costMs, sound }: StoredSound): Buffer {
  const { pcm, sampleRateHz, figures } = sound;
  const header: z.infer<typeof headerSchema> = {
    text,
    key,
    variant,
    createdAt: Math.round(createdAt),
    costMs,
    sampleRateHz,
    figures,
  };
  const json = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(json.byteLength / alignment) * alignment;
  const bytes = Buffer.alloc(at.header + headerBytes + pcm.byteLength);
  mark.copy(bytes);
  bytes.writeUInt16LE(formatVersion, at.version);
  bytes.writeUInt16LE(headerBytes, at.headerBytes);
  bytes.writeUInt32LE(pcm.byteLength, at.pcmBytes);
  bytes.fill(' ', at.header, at.header + headerBytes);
  json.copy(bytes, at.header);
  bytes.set(pcm, at.header + headerBytes);
  bytes.writeUInt32LE(checksum(bytes), at.checksum);
  return bytes;
}

/** The samples are a view of `bytes`. Throws DamagedEntryError. */
export function decodeEntry(bytes: Buffer): StoredSound {
  if (bytes.byteLength < at.header) throw new DamagedEntryError(`${bytes.byteLength} bytes are no sound`);
  if (!bytes.subarray(0, mark.byteLength).equals(mark)) throw new DamagedEntryError('it bears another mark');
  const version = bytes.readUInt16LE(at.version);
  if (version !== formatVersion) throw new DamagedEntryError(`it is of version ${version}`);
  const pcmAt = at.header + bytes.readUInt16LE(at.headerBytes);
  const expected = pcmAt + bytes.readUInt32LE(at.pcmBytes);
  if (bytes.byteLength !== expected)
    throw new DamagedEntryError(`it has ${bytes.byteLength} bytes of ${expected}`);
  if (checksum(bytes) !== bytes.readUInt32LE(at.checksum))
    throw new DamagedEntryError('its checksum is wrong');
  const { sampleRateHz, figures, ...name } = parseHeader(bytes.toString('utf8', at.header, pcmAt));
  const pcm = new Uint8Array(bytes.buffer, bytes.byteOffset + pcmAt, bytes.byteLength - pcmAt);
  return { ...name, sound: { pcm, sampleRateHz, figures } };
}

function parseHeader(text: string): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DamagedEntryError('its header does not fit', { cause });
  }
}

function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(at.checksum + 4), crc32(bytes.subarray(0, at.checksum)));
}
