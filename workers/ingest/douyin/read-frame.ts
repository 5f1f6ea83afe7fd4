import { gunzipSync } from 'node:zlib';
import type { Long } from './schema.ts';
import { decodePushFrame, decodeResponse } from './schema.ts';

const maxFrameBytes = 8 * 1024 * 1024;
const maxInflatedBytes = 32 * 1024 * 1024;
/** Of a frame, and of the response in it: a busy room sends some hundred messages at once. */
const maxFields = 10_000;
const minChunkBytes = 1_024;
const maxChunkBytes = 256 * 1_024;

/** A frame that cannot be used; the connection it came over can. */
export class FrameError extends Error {
  override name = 'FrameError';
  readonly code: 'oversized' | 'bomb' | 'damaged';

  constructor(code: FrameError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What the room says at once: in a push frame, or as the answer to a poll. */
export interface RoomResponse {
  needAck: boolean;
  cursor: string;
  internalExt: string;
  /** Seconds, 0 when not said. */
  heartbeatSeconds: number;
  /** Between two polls; 0 when not said. */
  fetchIntervalMs: number;
  /** Where the next push connection is to go, as it was said: a list, or empty. */
  pushServers: string;
  messages: Uint8Array[];
}

export type MessagesFrame = RoomResponse & { kind: 'messages'; logId: Long };

export type Frame =
  | MessagesFrame
  | { kind: 'close' }
  /** Such as an answer to a heartbeat. */
  | { kind: 'other'; payloadType: string };

/** The frame in the bytes of one binary WebSocket message. Throws FrameError. */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes.byteLength > maxFrameBytes)
    throw new FrameError('oversized', `Frame of ${bytes.byteLength} bytes`);
  const frame = decodeBounded(decodePushFrame, bytes, 'Frame');
  const { payloadType, payload } = frame;
  if (payloadType === 'close') return { kind: 'close' };
  if (payloadType !== 'msg') return { kind: 'other', payloadType };
  const header = (name: string) => frame.headers.findLast(({ key }) => key === name)?.value ?? '';
  const plain = isGzip(payload, header('compress_type')) ? inflate(payload) : payload;
  const response = readResponse(plain);
  return {
    ...response,
    kind: 'messages',
    logId: frame.logId,
    cursor: response.cursor || header('im-cursor'),
    internalExt: response.internalExt || header('im-internal_ext'),
  };
}

/** A response without anything around it, which is the whole body of an answer of `im/fetch`. Throws FrameError. */
export function readResponse(bytes: Uint8Array): RoomResponse {
  if (bytes.byteLength > maxInflatedBytes)
    throw new FrameError('oversized', `Response of ${bytes.byteLength} bytes`);
  const wire = decodeBounded(decodeResponse, bytes, 'Response');
  return {
    needAck: wire.needAck,
    cursor: wire.cursor,
    internalExt: wire.internalExt,
    heartbeatSeconds: wire.heartbeatDuration.toNumber(),
    fetchIntervalMs: wire.fetchInterval.toNumber(),
    pushServers: wire.pushServerV2 || wire.pushServer || wire.proxyServer,
    messages: wire.messages,
  };
}

/** Each field costs an object, and two bytes are enough for one. */
function decodeBounded<Wire>(
  decode: (bytes: Uint8Array, maxFields: number) => Wire,
  bytes: Uint8Array,
  name: string,
): Wire {
  try {
    return decode(bytes, maxFields);
  } catch (cause) {
    const text = `${name} of ${bytes.byteLength} bytes`;
    if (cause instanceof RangeError)
      throw new FrameError('bomb', `${text} has more than ${maxFields} fields`, { cause });
    throw new FrameError('damaged', `${text} is damaged`, { cause });
  }
}

function isGzip(payload: Uint8Array, compressType: string): boolean {
  const marked = payload[0] === 0x1f && payload[1] === 0x8b && payload[2] === 0x08;
  return marked || (compressType === 'gzip' && payload.byteLength > 0);
}

function inflate(payload: Uint8Array): Uint8Array {
  try {
    return gunzipSync(payload, { maxOutputLength: maxInflatedBytes, chunkSize: chunkSizeOf(payload) });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new FrameError(
        'bomb',
        `Frame of ${payload.byteLength} bytes inflates to more than ${maxInflatedBytes}`,
        {
          cause,
        },
      );
    }
    throw new FrameError('damaged', 'Frame is not inflatable', { cause });
  }
}

/** The last four bytes tell the length of the original: room for all of it saves a copy. A lie costs no more than a few copies. */
function chunkSizeOf(payload: Uint8Array): number {
  const { buffer, byteOffset, byteLength } = payload;
  if (byteLength < 18) return minChunkBytes;
  const said = new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 4, true);
  return Math.min(Math.max(said + 1, minChunkBytes), maxChunkBytes);
}
