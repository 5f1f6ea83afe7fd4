import type { Gift } from '../scenario/gifts.ts';
import type { RoomItem } from '../scenario/item.ts';
import { userFields } from './common-fields.ts';
import { ProtoWriter } from './proto-writer.ts';

/** Writes the fields 2 and up of GiftMessage. All four counts are cumulative within the streak. */
export function giftFields(
  writer: ProtoWriter,
  item: Extract<RoomItem, { kind: 'gift' }>,
  envelope: { readonly msgId: bigint; readonly now: number },
): ProtoWriter {
  return (
    writer
      .varint(2, item.gift.id)
      .varint(3, item.gift.diamonds * item.totalCount)
      .varint(4, item.groupCount)
      .varint(5, item.repeatCount)
      .varint(6, item.comboCount)
      .message(7, userFields(item.user))
      .varint(9, item.repeatEnd ? 1 : 0)
      .varint(11, BigInt(item.groupId))
      // Recorded: queue sizes of -1 as ten-byte varints, which a reader of unsigned numbers stumbles over.
      .message(14, new ProtoWriter().packed(1, [-1, -1]).varint(2, -1))
      .message(15, structFields(item.gift))
      .string(16, `${envelope.now}${item.gift.id}`)
      .varint(17, item.sendType)
      .varint(29, item.totalCount)
      .varint(33, envelope.now)
      .string(35, `${envelope.msgId}`)
  );
}

function structFields(gift: Gift): ProtoWriter {
  return new ProtoWriter()
    .string(2, `送出${gift.name}`)
    .varint(5, gift.id)
    .bool(10, gift.combo)
    .varint(11, gift.combo ? 1 : 2)
    .varint(12, gift.diamonds)
    .string(16, gift.name);
}
