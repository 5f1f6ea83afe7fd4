import { readFields } from './proto-reader.ts';

/** What a client says to the room: it is alive, or it received the frame `logId`; anything else is `other`. */
export type ClientFrame =
  | { readonly kind: 'hb' }
  | { readonly kind: 'ack'; readonly logId: string; readonly internalExt: string }
  | { readonly kind: 'other'; readonly payloadType: string };

/**
 * Reads a PushFrame from a client; 2 is log_id, 7 payload_type, 8 payload.
 *
 * @throws {RangeError} when the bytes are no protobuf message.
 */
export function readClientFrame(bytes: Uint8Array): ClientFrame {
  let logId = 0n;
  let payloadType = '';
  let payload = '';
  for (const field of readFields(bytes)) {
    if (field.field === 2 && field.wireType === 0) logId = field.number;
    if (field.field === 7 && field.wireType === 2) payloadType = field.bytes.toString();
    if (field.field === 8 && field.wireType === 2) payload = field.bytes.toString();
  }
  if (payloadType === 'hb') return { kind: 'hb' };
  if (payloadType === 'ack') return { kind: 'ack', logId: logId.toString(), internalExt: payload };
  return { kind: 'other', payloadType };
}
