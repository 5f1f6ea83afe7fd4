import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { SeededRandom } from '../scenario/seeded-random.ts';
import { ProtoWriter } from '../wire/proto-writer.ts';
import { encodeGzipFrame, type FrameEnvelope } from '../wire/push-frame.ts';

const gzipAsync = promisify(gzip);

/** Bytes that are no protobuf: the first says "field 0", which cannot be. The same number gives the same bytes. */
export function garbageFrame(bytes: number): Buffer {
  const frame = new SeededRandom(bytes).bytes(bytes);
  frame[0] = 0x07;
  return frame;
}

/** A frame whose gzip payload lost its second half. */
export function truncatedFrame(envelope: FrameEnvelope, response: Uint8Array): Buffer {
  const whole = gzipSync(response);
  return encodeGzipFrame(envelope, whole.subarray(0, Math.floor(whole.length / 2)));
}

/** A frame of some kilobytes that unpacks to a well-formed Response with one string of so many megabytes. */
export async function bombFrame(envelope: FrameEnvelope, megabytes: number): Promise<Buffer> {
  const response = new ProtoWriter().bytes(5, Buffer.alloc(megabytes * 2 ** 20, 'x')).finish();
  return encodeGzipFrame(envelope, await gzipAsync(response));
}

/** A PushFrame with a payload of so many megabytes that is not packed. */
export function oversizedFrame(megabytes: number): Buffer {
  return new ProtoWriter()
    .string(7, 'msg')
    .bytes(8, Buffer.alloc(megabytes * 2 ** 20, 'x'))
    .finish();
}

/** The payload of a business message that ends inside its first field, which claims to be far longer. */
export const UNDECODABLE = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x07, 0x01]);
