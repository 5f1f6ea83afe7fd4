import type { EventBody, Viewer } from '../../../protocol/event.ts';
import type { Observation } from '../source.ts';
import { readGift } from './gift-message.ts';
import { readControl, readRoomUserSeq } from './room-messages.ts';
import type { Long, WireCommon, WireMessage } from './schema.ts';
import { readLiveEcom, readLiveShopping, readProductChange } from './shop-messages.ts';
import {
  readChat,
  readEmojiChat,
  readFansclub,
  readLike,
  readMember,
  readSocial,
} from './viewer-messages.ts';
import { hashId, idOf, timeOf } from './wire-values.ts';

/** What a reader finds in a message; `time` replaces the common part's when that one has none. */
export interface Reading {
  common: WireCommon | null;
  time?: Long;
  viewer: Viewer | null;
  /** Usually one; none when the message is of a sort that means nothing to us. */
  bodies: EventBody[];
}

export interface ReadContext {
  /** Id of the room's owner, or empty. */
  anchorId: string;
}

type Reader = (payload: Uint8Array, context: ReadContext) => Reading;

const readers = new Map<string, Reader>([
  ['WebcastChatMessage', readChat],
  ['WebcastEmojiChatMessage', readEmojiChat],
  ['WebcastGiftMessage', readGift],
  ['WebcastLikeMessage', readLike],
  ['WebcastMemberMessage', readMember],
  ['WebcastSocialMessage', readSocial],
  ['WebcastFansclubMessage', readFansclub],
  ['WebcastRoomUserSeqMessage', readRoomUserSeq],
  ['WebcastControlMessage', readControl],
  ['WebcastProductChangeMessage', readProductChange],
  ['WebcastLiveShoppingMessage', readLiveShopping],
  ['WebcastLiveEcomMessage', readLiveEcom],
]);

/** The observations in one message, or undefined for a method that nobody reads. Throws when the payload is damaged. */
export function readMessage(
  { method, payload, msgId }: WireMessage,
  receivedAt: number,
  context: ReadContext,
): Observation[] | undefined {
  const reader = readers.get(method);
  if (!reader) return undefined;
  const { common, time, viewer, bodies } = reader(payload, context);
  if (bodies.length === 0) return [];
  const id = idOf(msgId) || (common ? idOf(common.msgId) : '') || hashId(method, payload);
  const created = common && !common.createTime.isZero() ? common.createTime : time;
  const at = created ? timeOf(created, receivedAt) : receivedAt;
  return bodies.map((body, index) => ({ messageId: index === 0 ? id : `${id}-${index}`, at, viewer, body }));
}
