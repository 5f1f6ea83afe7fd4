import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { RawMessage } from '../source.ts';

/**
 * A recording: one line of JSON that describes it, then records. A record is its length (uint32, big endian, of what follows the
 * checksum), a CRC-32 of that (uint32), the form (one byte), the time of arrival (uint64, Unix milliseconds) and the data as it
 * came. `docs/recordings.md` says the same to people who write readers.
 */
export const recordingEnding = '.onairrec';
const formatName = 'onair-recording';
/** Before the length counts. */
export const prefixBytes = 8;
/** Of what the length counts: form and time. */
export const fixedBytes = 9;
/** No frame that a source accepts is larger. */
export const maxDataBytes = 16 * 1024 * 1024;
export const maxHeaderBytes = 4_096;

const forms = ['binary', 'text', 'fetch'] as const satisfies readonly RawMessage['form'][];

const headerSchema = z.object({
  format: z.literal(formatName),
  version: z.literal(1),
  /** Type of the source, as in the configuration. */
  source: z.string().min(1).max(64),
  room: z.string().max(64),
  /** Unix milliseconds. */
  startedAt: z.number(),
  pseudonymised: z.boolean().optional(),
});

export type RecordingHeader = Omit<z.infer<typeof headerSchema>, 'format' | 'version'>;

export function encodeHeader(header: RecordingHeader): Buffer {
  return Buffer.from(`${JSON.stringify({ format: formatName, version: 1, ...header })}\n`);
}

/** Undefined: the line is none of ours. Throws an Error for a version that is not known. */
export function readHeader(line: string): RecordingHeader | undefined {
  if (!line.includes(formatName)) return undefined;
  const read = headerSchema.safeParse(parse(line));
  if (read.success) return read.data;
  throw new Error('Its first line is that of a recording, but of another version or damaged');
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What stands before the data of a record. */
export function encodePrefix({ receivedAt, form, data }: RawMessage): Buffer {
  const prefix = Buffer.allocUnsafe(prefixBytes + fixedBytes);
  prefix.writeUInt32BE(fixedBytes + data.byteLength, 0);
  prefix.writeUInt8(forms.indexOf(form), prefixBytes);
  prefix.writeBigUInt64BE(BigInt(Math.max(0, Math.trunc(receivedAt))), prefixBytes + 1);
  prefix.writeUInt32BE(crc32(data, crc32(prefix.subarray(prefixBytes))), 4);
  return prefix;
}

/** The message in what follows the checksum; undefined when it is not what the checksum is of. */
export function readRecord(bytes: Buffer, checksum: number): RawMessage | undefined {
  const form = forms[bytes[0] ?? forms.length];
  if (!form || crc32(bytes) !== checksum) return undefined;
  return { form, receivedAt: Number(bytes.readBigUInt64BE(1)), data: bytes.subarray(fixedBytes) };
}
