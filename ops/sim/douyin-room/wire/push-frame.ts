import { gzipSync } from 'node:zlib';
import { ProtoWriter } from './proto-writer.ts';

/** One message of a Response: the method names the type of the payload. `Message.msg_id` equals `Common.msg_id`. */
export type WireMessage = { readonly method: string; readonly msgId: bigint; readonly payload: Uint8Array };

/** Where a reader stands in the room's stream; both strings are opaque to clients, who hand them back to resume. */
export type WirePosition = { readonly cursor: string; readonly internalExt: string };

/** A Response without its transport. Times in ms, except `heartbeatDuration`, which clients take as seconds. */
export type WireResponse = WirePosition & {
  readonly messages: readonly WireMessage[];
  readonly needAck: boolean;
  readonly now: number;
  readonly heartbeatDuration: number;
  readonly fetchInterval: number;
  readonly pushServer: string;
};

/** Encodes a Response; also the whole body of an answer of `im/fetch`, which has neither gzip nor PushFrame around it. */
export function encodeResponse(response: WireResponse): Buffer {
  const writer = new ProtoWriter();
  for (const { method, payload, msgId } of response.messages) {
    writer.message(1, new ProtoWriter().string(1, method).bytes(2, payload).varint(3, msgId));
  }
  return writer
    .string(2, response.cursor)
    .varint(3, response.fetchInterval)
    .varint(4, response.now)
    .string(5, response.internalExt)
    .varint(8, response.heartbeatDuration)
    .bool(9, response.needAck)
    .string(10, response.pushServer)
    .string(14, response.pushServer)
    .finish();
}

/** What goes around a payload. `seqId` counts the frames of one connection; `logId` is what an ack names. */
export type FrameEnvelope = WirePosition & { readonly seqId: number; readonly logId: bigint };

/** Encodes the PushFrame that carries a gzipped Response. */
export function encodeMessageFrame(envelope: FrameEnvelope, response: Uint8Array): Buffer {
  return encodeGzipFrame(envelope, gzipSync(response, { level: 1 }));
}

/** Encodes a PushFrame around bytes that claim to be gzip; faults use it with bytes that are not what they claim. */
export function encodeGzipFrame(envelope: FrameEnvelope, payload: Uint8Array): Buffer {
  return new ProtoWriter()
    .varint(1, envelope.seqId)
    .varint(2, envelope.logId)
    .varint(3, SERVICE)
    .varint(4, METHOD)
    .map(5, {
      compress_type: 'gzip',
      'im-cursor': envelope.cursor,
      'im-internal_ext': envelope.internalExt,
    })
    .string(6, 'pb')
    .string(7, 'msg')
    .bytes(8, payload)
    .finish();
}

/** Encodes a PushFrame without payload: `hb` is the bytes `3a 02 68 62`, `close` ends the session. */
export function encodeBareFrame(payloadType: 'hb' | 'close'): Buffer {
  return new ProtoWriter().string(7, payloadType).finish();
}

/** The numbers under which message frames are pushed; clients do not look at them. */
const SERVICE = 8888;
const METHOD = 8;
