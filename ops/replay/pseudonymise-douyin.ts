import { gzipSync } from 'node:zlib';
import { readFrame } from '../../workers/ingest/douyin/read-frame.ts';
import type { WireBodies, WireUser } from '../../workers/ingest/douyin/schema.ts';
import { decodeBody, decodeMessage, encodeSample } from '../../workers/ingest/douyin/schema.ts';
import { idOf } from '../../workers/ingest/douyin/wire-values.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Messages that are read; of any other the name alone is kept, which is all that is ever used of it. */
const bodyOf: Record<string, keyof WireBodies> = {
  WebcastChatMessage: 'Chat',
  WebcastScreenChatMessage: 'ScreenChat',
  WebcastPrivilegeScreenChatMessage: 'PrivilegeScreenChat',
  WebcastEmojiChatMessage: 'EmojiChat',
  WebcastGiftMessage: 'Gift',
  WebcastLikeMessage: 'Like',
  WebcastMemberMessage: 'Member',
  WebcastSocialMessage: 'Social',
  WebcastFansclubMessage: 'Fansclub',
  WebcastRoomUserSeqMessage: 'RoomUserSeq',
  WebcastRoomStatsMessage: 'RoomStats',
  WebcastRoomMessage: 'RoomNote',
  WebcastRoomRankMessage: 'RoomRank',
  WebcastUpdateFanTicketMessage: 'FanTicket',
  WebcastControlMessage: 'Control',
  WebcastProductChangeMessage: 'ProductChange',
  WebcastLiveShoppingMessage: 'LiveShopping',
  WebcastLiveEcomMessage: 'LiveEcom',
};

const roomNote = '系统消息';

const idOfString = (text: string): string => (/^\d+$/.test(text) ? text : '');

/**
 * The same frame with other viewers in it, made anew of the fields that are read: whatever else was in it, avatars and device ids among them, is
 * not there any more. Undefined: it is damaged, or of no use.
 */
export function pseudonymiseDouyin(bytes: Uint8Array, pseudonyms: Pseudonyms): Buffer | undefined {
  try {
    const frame = readFrame(bytes);
    if (frame.kind === 'close') return Buffer.from(encodeSample('PushFrame', { payloadType: 'close' }));
    if (frame.kind === 'other') return undefined;
    const messages = frame.messages.flatMap((message) => {
      const changed = changeMessage(message, pseudonyms);
      return changed ? [changed] : [];
    });
    const response = encodeSample('Response', {
      messages,
      cursor: 'c',
      internalExt: 'e',
      heartbeatDuration: frame.heartbeatSeconds,
      needAck: frame.needAck,
    });
    const headers = [{ key: 'compress_type', value: 'gzip' }];
    const payload = gzipSync(response);
    return Buffer.from(
      encodeSample('PushFrame', { logId: idOf(frame.logId) || '0', headers, payloadType: 'msg', payload }),
    );
  } catch {
    return undefined;
  }
}

function changeMessage(bytes: Uint8Array, pseudonyms: Pseudonyms): Uint8Array | undefined {
  try {
    const { method, payload, msgId } = decodeMessage(bytes);
    const name = Object.hasOwn(bodyOf, method) ? bodyOf[method] : undefined;
    const head = { method: /^\w{1,64}$/.test(method) ? method : 'other', msgId: idOf(msgId) || '0' };
    if (!name) return encodeSample('Message', head);
    const changed = change(decodeBody(name)(payload), pseudonyms) as Record<string, unknown>;
    // What the room itself says may name a viewer anywhere.
    const body = name === 'RoomNote' ? { ...changed, content: roomNote } : changed;
    return encodeSample('Message', { ...head, payload: encodeSample(name, body) });
  } catch {
    return undefined;
  }
}

/** Walks over everything that was decoded: numbers of 64 bits become text, viewers become others. */
function change(value: unknown, pseudonyms: Pseudonyms): unknown {
  if (Array.isArray(value)) return value.map((item) => change(item, pseudonyms));
  if (value === null || typeof value !== 'object') return value;
  if ('isZero' in value) return signed(value as WireUser['id']);
  const fields = Object.entries(value as Record<string, unknown>).map(([name, field]): [string, unknown] => {
    if (name === 'user') return [name, field === null ? null : changeUser(field as WireUser, pseudonyms)];
    if (name === 'nickName') return [name, pseudonyms.nickname(field as string)];
    if (typeof field === 'string') return [name, pseudonyms.text(field)];
    return [name, change(field, pseudonyms)];
  });
  return Object.fromEntries(fields.filter(([, field]) => field !== null));
}

function changeUser(user: WireUser, pseudonyms: Pseudonyms): unknown {
  const id = pseudonyms.id(idOfString(user.idStr) || idOf(user.id));
  const { nickname, desensitizedNickname, secUid } = user;
  const { level, payGrade, fansClub } = user;
  const numbers = change({ level, payGrade, fansClub }, pseudonyms) as object;
  return {
    ...numbers,
    id: id || '0',
    idStr: id,
    nickname: pseudonyms.nickname(nickname || desensitizedNickname),
    secUid: pseudonyms.token(secUid),
  };
}

/** Decimal, with the sign that a negative number has: encoders of both sorts take it. */
function signed(value: WireUser['id']): string {
  const isNegative = value.toNumber() < 0;
  const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  return String(isNegative ? BigInt.asIntN(64, bits) : bits);
}
