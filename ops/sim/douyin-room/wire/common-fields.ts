import type { Viewer } from '../scenario/viewer.ts';
import { ProtoWriter } from './proto-writer.ts';

/** What every business message says about itself in its field 1. */
export type MessageEnvelope = { readonly msgId: bigint; readonly roomId: string; readonly now: number };

export type CreateTime = 'absent' | 'seconds' | 'milliseconds';

/** A line about the message that the page shows: `{0:user} 来了`, with the viewer put in. */
export type DisplayText = { readonly pattern: string; readonly user: Viewer };

/** Writes Common. create_time is absent from most recorded messages, and its unit varies. */
export function commonFields(
  method: string,
  envelope: MessageEnvelope,
  createTime: CreateTime,
  display?: DisplayText,
): ProtoWriter {
  const writer = new ProtoWriter()
    .string(1, method)
    .varint(2, envelope.msgId)
    .varint(3, BigInt(envelope.roomId));
  if (createTime === 'milliseconds') writer.varint(4, envelope.now);
  if (createTime === 'seconds') writer.varint(4, Math.floor(envelope.now / 1000));
  writer.bool(6, true);
  if (display !== undefined) writer.message(8, displayFields(display));
  return writer.varint(24, APP_ID);
}

/** Writes User. */
export function userFields(viewer: Viewer): ProtoWriter {
  const writer = new ProtoWriter()
    .varint(1, BigInt(viewer.id))
    .varint(2, BigInt(viewer.id) % 10_000_000_000n)
    .string(3, viewer.nickname)
    .varint(4, viewer.gender)
    .varint(6, viewer.level)
    .message(9, avatarFields(viewer))
    .message(
      22,
      new ProtoWriter()
        .varint(1, 12)
        .varint(2, 34)
        .varint(3, viewer.fansLevel > 0 ? 1 : 0),
    )
    .message(23, new ProtoWriter().varint(6, viewer.payLevel));
  if (viewer.fansLevel > 0) {
    const data = new ProtoWriter().string(1, '鲜花饼').varint(2, viewer.fansLevel).varint(3, 1);
    writer.message(24, new ProtoWriter().message(1, data));
  }
  return writer
    .string(38, viewer.displayId)
    .string(46, viewer.secUid)
    .bool(71, viewer.id === '111111')
    .string(1028, viewer.id);
}

function avatarFields(viewer: Viewer): ProtoWriter {
  return new ProtoWriter()
    .string(2, `100x100/aweme-avatar/${viewer.displayId}`)
    .varint(3, 100)
    .varint(4, 100);
}

/** Text: 1 key, 2 default_pattern, 4 pieces; a piece of type 11 holds a viewer in its field 21. */
function displayFields({ pattern, user }: DisplayText): ProtoWriter {
  const piece = new ProtoWriter().varint(1, 11).message(21, new ProtoWriter().message(1, userFields(user)));
  return new ProtoWriter().string(1, 'live_room_line').string(2, pattern).message(4, piece);
}

/** The id of the platform's own app. */
const APP_ID = 1128;
