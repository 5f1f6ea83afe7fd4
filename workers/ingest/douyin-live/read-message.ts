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

/** By method: the type of its payload, and those of the relay's names for fields of it that our schema calls otherwise. */
const payloadTypes = new Map<string, { type: string; renamed?: Record<string, string> }>([
  ['WebcastChatMessage', { type: 'Chat', renamed: { publicAreaCommon: 'publicArea' } }],
  ['WebcastScreenChatMessage', { type: 'ScreenChat' }],
  ['WebcastPrivilegeScreenChatMessage', { type: 'PrivilegeScreenChat' }],
  ['WebcastEmojiChatMessage', { type: 'EmojiChat' }],
  ['WebcastGiftMessage', { type: 'Gift' }],
  ['WebcastLikeMessage', { type: 'Like' }],
  ['WebcastMemberMessage', { type: 'Member' }],
  ['WebcastSocialMessage', { type: 'Social' }],
  // Older schemas have another name for what kind of message it is, and for the common part.
  ['WebcastFansclubMessage', { type: 'Fansclub', renamed: { type: 'action', commonInfo: 'common' } }],
  ['WebcastRoomUserSeqMessage', { type: 'RoomUserSeq' }],
  ['WebcastRoomStatsMessage', { type: 'RoomStats' }],
  ['WebcastRoomMessage', { type: 'RoomNote' }],
  ['WebcastControlMessage', { type: 'Control', renamed: { status: 'action' } }],
  [
    'WebcastLiveShoppingMessage',
    {
      type: 'LiveShopping',
      renamed: { updatedProductIds: 'productIds', updatedProductInfo: 'product', updateToast: 'toast' },
    },
  ],
  ['WebcastProductChangeMessage', { type: 'ProductChange', renamed: { updateProductInfo: 'products' } }],
  ['WebcastLiveEcomMessage', { type: 'LiveEcom' }],
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
  const known = payloadTypes.get(method);
  return {
    kind: 'message',
    method,
    title: nameOf(value['title']),
    anchor: nameOf(value['livename']),
    observations: known
      ? readMessage(
          { method, payload: encodeSample(known.type, renamed(value, known.renamed ?? {})), msgId: noId },
          receivedAt,
          { anchorId: '' },
        )
      : undefined,
  };
}

/** The fields under the names of our schema. */
function renamed(value: JsonObject, names: Record<string, string>): JsonObject {
  const fields = { ...value };
  for (const [theirs, ours] of Object.entries(names)) fields[ours] ??= fields[theirs];
  return fields;
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
