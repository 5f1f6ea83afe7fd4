import type { RoomItem, RoomItemKind } from '../scenario/item.ts';
import type { Tally } from '../scenario/tally.ts';
import { commonFields, userFields, type DisplayText, type MessageEnvelope } from './common-fields.ts';
import { giftFields } from './gift-message.ts';
import { ProtoWriter } from './proto-writer.ts';
import type { WireMessage } from './push-frame.ts';

/**
 * Encodes an item as the message that viewers' clients receive for it.
 *
 * @param tally the room's sums with this item already counted.
 */
export function encodeItem(item: RoomItem, envelope: MessageEnvelope, tally: Tally): WireMessage {
  const method = methodOf(item);
  const payload =
    item.kind === 'unknown'
      ? Buffer.from(item.payload, 'base64')
      : businessFields(
          item,
          new ProtoWriter().message(1, commonFields(method, envelope, item.createTime, displayOf(item))),
          envelope,
          tally,
        ).finish();
  return { method, msgId: envelope.msgId, payload };
}

/** The method under which an item travels. Follow and share are one method, told apart by their action. */
export function methodOf(item: RoomItem): string {
  if (item.kind === 'unknown') return item.method;
  return item.kind === 'screen' && item.privileged ? 'WebcastPrivilegeScreenChatMessage' : METHODS[item.kind];
}

const METHODS: Readonly<Record<Exclude<RoomItemKind, 'unknown'>, string>> = {
  chat: 'WebcastChatMessage',
  emoji: 'WebcastEmojiChatMessage',
  gift: 'WebcastGiftMessage',
  like: 'WebcastLikeMessage',
  enter: 'WebcastMemberMessage',
  follow: 'WebcastSocialMessage',
  share: 'WebcastSocialMessage',
  fansclub: 'WebcastFansclubMessage',
  audience: 'WebcastRoomUserSeqMessage',
  stats: 'WebcastRoomStatsMessage',
  product: 'WebcastProductChangeMessage',
  shopping: 'WebcastLiveShoppingMessage',
  control: 'WebcastControlMessage',
  notice: 'WebcastRoomMessage',
  ecom: 'WebcastLiveEcomMessage',
  screen: 'WebcastScreenChatMessage',
  tickets: 'WebcastUpdateFanTicketMessage',
  rank: 'WebcastRoomRankMessage',
  banner: 'WebcastInRoomBannerMessage',
};

function displayOf(item: RoomItem): DisplayText | undefined {
  if (item.kind === 'enter') return { pattern: '{0:user} 来了', user: item.user };
  if (item.kind === 'follow') return { pattern: '{0:user} 关注了主播', user: item.user };
  if (item.kind === 'share') return { pattern: '{0:user} 分享了直播', user: item.user };
  return undefined;
}

function businessFields(
  item: Exclude<RoomItem, { kind: 'unknown' }>,
  writer: ProtoWriter,
  envelope: MessageEnvelope,
  tally: Tally,
): ProtoWriter {
  switch (item.kind) {
    case 'chat':
      return writer
        .message(2, userFields(item.user))
        .string(3, item.text)
        .message(9, new ProtoWriter().varint(2, 3))
        .varint(15, Math.floor(envelope.now / 1000))
        .varint(20, item.chatBy);
    case 'emoji':
      return writer.message(2, userFields(item.user)).varint(3, BigInt(item.emojiId)).string(5, item.text);
    case 'gift':
      return giftFields(writer, item, envelope);
    case 'like':
      return writer.varint(2, item.count).varint(3, tally.likes).message(5, userFields(item.user));
    case 'enter':
      return writer
        .message(2, userFields(item.user))
        .varint(3, tally.online)
        .varint(9, item.viaShare ? 6 : 0)
        .varint(10, item.action)
        .varint(12, BigInt(item.user.id))
        .varint(20, item.viaShare ? 6 : 0);
    case 'follow':
      return writer.message(2, userFields(item.user)).varint(4, 1).varint(6, tally.follows);
    case 'share':
      return writer
        .message(2, userFields(item.user))
        .varint(3, 1)
        .varint(4, 3)
        .string(5, item.target)
        .varint(6, tally.follows)
        .varint(8, tally.shares);
    case 'fansclub':
      return writer
        .varint(2, item.action === 'join' ? 2 : 1)
        .string(3, `恭喜${item.user.nickname}${item.action === 'join' ? '加入粉丝团' : '的粉丝团等级升级'}`)
        .message(4, userFields(item.user));
    case 'audience':
      return writer
        .varint(3, tally.online)
        .varint(6, tally.online * 3)
        .varint(7, tally.viewers)
        .string(8, `${tally.viewers}`)
        .string(9, `${tally.online}`)
        .string(10, `${tally.online}`)
        .string(11, `${tally.viewers}`);
    case 'stats':
      return writer
        .string(2, `${tally.online}`)
        .string(3, `${tally.online}`)
        .string(4, `${tally.online}在线观众`)
        .varint(5, tally.online)
        .varint(9, tally.viewers)
        .varint(10, 1);
    case 'product':
      return writer
        .varint(2, envelope.now)
        .string(3, item.toast)
        .message(
          4,
          new ProtoWriter()
            .varint(1, BigInt(item.promotionId))
            .varint(2, item.index)
            .varint(4, item.explainType),
        )
        .varint(5, 8);
    case 'shopping':
      return writer
        .varint(2, item.msgType)
        .varint(3, BigInt(item.promotionId))
        .varint(10, 1)
        .message(
          11,
          new ProtoWriter()
            .string(1, item.price)
            .string(2, item.title)
            .varint(4, item.soldOut ? 2 : 1),
        )
        .bool(12, item.soldOut)
        .varint(15, envelope.now)
        .varint(17, 8);
    case 'control':
      writer.varint(2, item.action).string(3, item.tips);
      if (item.violationReason !== '') writer.message(4, new ProtoWriter().string(4, item.violationReason));
      return writer;
    case 'notice':
      return writer.string(2, item.text).varint(4, 1).bool(5, true);
    case 'ecom':
      return writer.varint(2, 1).string(3, item.nickname).varint(4, item.purchaseCount).string(5, item.text);
    case 'screen':
      return item.privileged
        ? writer.message(2, userFields(item.user)).string(3, item.text)
        : writer
            .message(2, userFields(item.user))
            .string(4, item.text)
            .varint(12, Math.floor(envelope.now / 1000));
    case 'tickets':
      return writer.string(2, `${tally.tickets}`).varint(3, tally.tickets);
    case 'rank':
      return writer.message(2, new ProtoWriter().message(1, userFields(item.user)).string(2, '1.2万'));
    case 'banner':
      return writer.string(2, '{"banner":"小时榜"}');
  }
}
