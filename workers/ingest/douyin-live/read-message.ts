import { decodeMessage, encodeSample } from '../douyin/schema.ts';
import { readMessage } from '../douyin/read-message.ts';
import type { JsonObject } from '../feeds/json-values.ts';
import { countOf, isObject, nameOf, textOf } from '../feeds/json-values.ts';
import { parseJson } from '../feeds/json-text.ts';
import type { Observation } from '../source.ts';

export type RoomState = 'live' | 'offline' | 'ended' | 'not-found' | 'unknown';

export type DouyinLiveMessage =
  | { kind: 'status'; state: RoomState; title: string; anchor: string; text: string; retrySeconds: number }
  /** `observations` undefined: a method that nobody reads. */
  | {
      kind: 'message';
      method: string;
      title: string;
      anchor: string;
      observations: Observation[] | undefined;
    };

/** Method and the type of its payload, of what protojson names as our schema does. */
const payloadTypes = new Map([
  ['WebcastChatMessage', 'Chat'],
  ['WebcastEmojiChatMessage', 'EmojiChat'],
  ['WebcastGiftMessage', 'Gift'],
  ['WebcastLikeMessage', 'Like'],
  ['WebcastMemberMessage', 'Member'],
  ['WebcastSocialMessage', 'Social'],
  ['WebcastFansclubMessage', 'Fansclub'],
  ['WebcastRoomUserSeqMessage', 'RoomUserSeq'],
  ['WebcastControlMessage', 'Control'],
]);

const states: Record<string, RoomState> = {
  ROOM_ONLINE: 'live',
  ROOM_OFFLINE: 'offline',
  ACCOUNT_OFFLINE_NO_ROOM: 'offline',
  ROOM_ENDED: 'ended',
  ROOM_NOT_FOUND: 'not-found',
  ROOM_STATUS_UNKNOWN: 'unknown',
};

const noId = decodeMessage(new Uint8Array()).msgId;

/**
 * A message of douyinLive (`docs/websocket-client.md`): a system status, or a message of Douyin as protojson, which has camelCase names,
 * 64-bit numbers as strings, and leaves out what is zero. It goes through the readers of Douyin's own feed, so that both mean the same.
 * Throws for what is no such message.
 */
export function readDouyinLive(text: string, receivedAt: number): DouyinLiveMessage {
  const value = parseJson(text);
  if (!isObject(value)) throw new TypeError('Message is no object');
  if (value['type'] === 'system') return readStatus(value);
  const method = textOf(value['method']);
  const type = payloadTypes.get(method);
  return {
    kind: 'message',
    method,
    title: nameOf(value['title']),
    anchor: nameOf(value['livename']),
    observations: type
      ? readMessage({ method, payload: encodeSample(type, value), msgId: noId }, receivedAt, { anchorId: '' })
      : undefined,
  };
}

/** A code that is not known goes by `live`. */
function readStatus(value: JsonObject): DouyinLiveMessage {
  const live = value['live'];
  const fallback = live === true ? 'live' : live === false ? 'offline' : 'unknown';
  return {
    kind: 'status',
    state: states[textOf(value['code'])] ?? fallback,
    title: nameOf(value['title']),
    anchor: nameOf(value['live_name']),
    text: textOf(value['message']) || textOf(value['status_text']),
    retrySeconds: countOf(value['retry_interval_seconds']),
  };
}
