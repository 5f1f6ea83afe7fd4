import type { EventBody, Viewer } from '../../../protocol/event.ts';
import type { Observation } from '../source.ts';
import { readGift } from './gift-message.ts';
import {
  readControl,
  readFanTicket,
  readRoomNote,
  readRoomRank,
  readRoomStats,
  readRoomUserSeq,
} from './room-messages.ts';
import type { Long, WireCommon, WireMessage } from './schema.ts';
import { readLiveEcom, readLiveEcomGeneral, readLiveShopping, readProductChange } from './shop-messages.ts';
import {
  readChat,
  readEmojiChat,
  readFansclub,
  readLike,
  readMember,
  readPrivilegeScreenChat,
  readScreenChat,
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
  /** What all gifts of the broadcast have come to. */
  fanTickets?: number;
}

export interface ReadContext {
  /** Id of the room's owner, or empty. */
  anchorId: string;
  /** Hears of every message that was read, those of which no event comes included. */
  notice?: (method: string, reading: Reading) => void;
}

type Reader = (payload: Uint8Array, context: ReadContext) => Reading;

const readers = new Map<string, Reader>([
  ['WebcastChatMessage', readChat],
  ['WebcastScreenChatMessage', readScreenChat],
  ['WebcastPrivilegeScreenChatMessage', readPrivilegeScreenChat],
  ['WebcastEmojiChatMessage', readEmojiChat],
  ['WebcastGiftMessage', readGift],
  ['WebcastLikeMessage', readLike],
  ['WebcastMemberMessage', readMember],
  ['WebcastSocialMessage', readSocial],
  ['WebcastFansclubMessage', readFansclub],
  ['WebcastRoomUserSeqMessage', readRoomUserSeq],
  ['WebcastRoomStatsMessage', readRoomStats],
  ['WebcastRoomMessage', readRoomNote],
  ['WebcastRoomRankMessage', readRoomRank],
  ['WebcastUpdateFanTicketMessage', readFanTicket],
  ['WebcastControlMessage', readControl],
  ['WebcastProductChangeMessage', readProductChange],
  ['WebcastLiveShoppingMessage', readLiveShopping],
  ['WebcastLiveEcomMessage', readLiveEcom],
  ['WebcastLiveEcomGeneralMessage', readLiveEcomGeneral],
]);
/** Some methods come with and without what usually stands in front and behind. */
const readerOf = (method: string): Reader | undefined =>
  readers.get(method) ??
  readers.get(`Webcast${method}`) ??
  readers.get(`${method}Message`) ??
  readers.get(`Webcast${method}Message`);

/** The observations in one message, or undefined for a method that nobody reads. Throws when the payload is damaged. */
export function readMessage(
  { method, payload, msgId }: WireMessage,
  receivedAt: number,
  context: ReadContext,
): Observation[] | undefined {
  const reader = readerOf(method);
  if (!reader) return undefined;
  const reading = reader(payload, context);
  context.notice?.(method, reading);
  const { common, time, viewer, bodies } = reading;
  if (bodies.length === 0) return [];
  const id = idOf(msgId) || (common ? idOf(common.msgId) : '') || hashId(method, payload);
  const created = common && !common.createTime.isZero() ? common.createTime : time;
  const at = created ? timeOf(created, receivedAt) : receivedAt;
  return bodies.map((body, index) => ({ messageId: index === 0 ? id : `${id}-${index}`, at, viewer, body }));
}
