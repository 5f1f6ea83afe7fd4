import type { EventBody } from '../../../protocol/event.ts';
import type { DycastSource } from '../../../protocol/sources/dycast.ts';
import { relayPolicy } from '../connection-policy.ts';
import { parseJson } from '../feeds/json-text.ts';
import type { JsonObject } from '../feeds/json-values.ts';
import {
  countOf,
  hashOf,
  idOf,
  isObject,
  nameOf,
  objectOf,
  senderOf,
  textOf,
  totalOf,
  viewerFrom,
} from '../feeds/json-values.ts';
import { ListeningSource } from '../feeds/listening-source.ts';
import { textIn } from '../feeds/message-text.ts';
import { readSafely } from '../feeds/read-safely.ts';
import { SocketSource } from '../feeds/socket-source.ts';
import { decoderOf } from '../feeds/text-decoder.ts';
import { streakKey, untoldGroup } from '../gift-streak.ts';
import type { Observation, RawMessage, SourceDefinition, SourceParts } from '../source.ts';

/** A room of Douyin, relayed by the page of dycast: it connects to us, or to a hub that we connect to. */
export const dycast: SourceDefinition<DycastSource> = {
  platform: 'douyin',
  policy: { ...relayPolicy, offlinePollMs: 5_000 },
  open({ url, listenHost, listenPort }, parts) {
    const read = (message: RawMessage) => readDycast(message, parts);
    return url
      ? new SocketSource('douyin', { name: 'dycast', address: url, parts, read })
      : new ListeningSource('douyin', {
          name: 'dycast',
          host: listenHost,
          port: listenPort,
          parts,
          newReader: () => read,
        });
  },
  openDecoder: (parts) => decoderOf((message) => readDycast(message, parts)),
  check: async () => [],
  warmUp: async () => undefined,
};

type Parts = Pick<SourceParts, 'room' | 'tally' | 'faults'>;

/** What came together from Douyin comes as one array; a wrong item costs only itself. */
function readDycast(raw: RawMessage, parts: Parts): Observation[] {
  const value = readSafely(parts, 'dycast', () => parseJson(textIn(raw)));
  const items = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return items.flatMap((item) => readSafely(parts, 'dycast', () => readItem(item, raw, parts)) ?? []);
}

function readItem(item: unknown, { receivedAt }: RawMessage, { tally }: Parts): Observation[] {
  if (!isObject(item)) throw new TypeError('Item is no object');
  const user = objectOf(item['user']);
  // It is the sec_uid; the number of the account is not passed on.
  const id = idOf(user['id']);
  const viewer = viewerFrom({
    id,
    nickname: nameOf(user['name']),
    secUid: id.startsWith('MS4w') ? id : '',
  });
  const body = bodyOf(item, senderOf(viewer));
  if (!body) {
    tally.skipped(textOf(item['method']));
    return [];
  }
  return [{ messageId: idOf(item['id']) || hashOf(JSON.stringify(item)), at: receivedAt, viewer, body }];
}

function bodyOf(item: JsonObject, sender: string): EventBody | undefined {
  const room = objectOf(item['room']);
  switch (item['method']) {
    case 'WebcastChatMessage':
    case 'WebcastEmojiChatMessage': {
      const text = textOf(item['content']);
      // An emoji that only subscribers have is the address of its picture.
      return text && !/^https?:/.test(text) ? { kind: 'chat', text, luckyBag: false } : undefined;
    }
    case 'WebcastGiftMessage':
      return giftOf(objectOf(item['gift']), sender);
    case 'WebcastLikeMessage': {
      // “为主播点赞了(5)”
      const [, count] = /[(（](\d{1,9})[)）]/.exec(textOf(item['content'])) ?? [];
      return { kind: 'like', count: Math.max(1, countOf(count)), total: totalOf(room['likeCount']) };
    }
    case 'WebcastMemberMessage':
      return { kind: 'enter', viewers: totalOf(room['audienceCount']) };
    case 'WebcastSocialMessage':
      return { kind: 'follow', followers: totalOf(room['followCount']) };
    case 'WebcastRoomUserSeqMessage':
      return {
        kind: 'stats',
        online: totalOf(room['audienceCount']),
        total: totalOf(room['totalUserCount']),
        text: textOf(room['totalUserCount']),
      };
    case 'WebcastControlMessage': {
      const status = totalOf(room['status']);
      const action = [3, 4, 6].includes(status) ? 'end' : `other:${status}`;
      return { kind: 'control', action, tips: '' };
    }
    default:
      return undefined;
  }
}

/** `count` is the streak so far. The number of the streak is not passed on: a message that does not raise the count begins anew. */
function giftOf(gift: JsonObject, sender: string): EventBody {
  const giftId = idOf(gift['id']);
  return {
    kind: 'gift',
    giftId,
    name: nameOf(gift['name']) || '礼物',
    count: 0,
    total: Math.max(1, countOf(gift['count'])),
    diamonds: countOf(gift['price']),
    streak: streakKey(sender, giftId, untoldGroup),
    streakEnd: gift['repeatEnd'] === true || countOf(gift['repeatEnd']) === 1,
  };
}
