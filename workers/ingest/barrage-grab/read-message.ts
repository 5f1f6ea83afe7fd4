import type { EventBody, Viewer } from '../../../protocol/event.ts';
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
import { streakKey } from '../gift-streak.ts';
import type { Observation } from '../source.ts';

/** One message of DouyinBarrageGrab. `rooms`: the room's ids that it names, the broadcast's and the page's; `anchor` its owner. */
export interface BarrageMessage {
  type: number;
  rooms: string[];
  anchor: string;
  /** None when it is of a sort that means nothing to us. */
  observations: Observation[];
}

/** The viewer count, which comes every few seconds as long as the capture works. */
export const statsType = 6;

/**
 * The message in `{"Type", "ProcessName", "Data"}`, where `Data` is JSON once more. Types 1–9 as `BarrageMessages.cs` has them; older
 * versions write room ids as numbers and leave fields out. Throws for what is no such message.
 */
export function readBarrage(text: string, receivedAt: number): BarrageMessage {
  const envelope = parseJson(text);
  if (!isObject(envelope)) throw new TypeError('Message is no object');
  const type = countOf(envelope['Type']);
  const inner = envelope['Data'];
  const data = typeof inner === 'string' ? parseJson(inner) : inner;
  if (!isObject(data)) throw new TypeError(`Message of type ${type} has no object in Data`);
  const source = typeof inner === 'string' ? inner : text;
  const owner = objectOf(data['Onwer'] ?? data['Owner']);
  const body = bodyOf(type, data);
  const observation: Omit<Observation, 'body'> = {
    messageId: idOf(data['MsgId']) || hashOf(String(type), source),
    at: receivedAt,
    viewer: type === statsType || type === 9 ? null : viewerOf(data['User'], idOf(owner['UserId'])),
  };
  return {
    type,
    rooms: [idOf(data['RoomId']), idOf(data['WebRoomId'])].filter(Boolean),
    anchor: nameOf(owner['Nickname']),
    observations: body ? [{ ...observation, body }] : [],
  };
}

function bodyOf(type: number, data: JsonObject): EventBody | undefined {
  switch (type) {
    case 1: {
      const text = textOf(data['Content']);
      return text ? { kind: 'chat', text, luckyBag: false } : undefined;
    }
    case 2:
      return { kind: 'like', count: Math.max(1, countOf(data['Count'])), total: totalOf(data['Total']) };
    case 3:
      return { kind: 'enter', viewers: totalOf(data['CurrentCount']) };
    case 4:
      return { kind: 'follow', followers: 0 };
    case 5:
      return giftOf(data);
    case statsType: {
      const text = textOf(data['TotalUserCountStr']) || textOf(data['Content']);
      return {
        kind: 'stats',
        online: totalOf(data['OnlineUserCount']),
        total: totalOf(data['TotalUserCount']),
        text,
      };
    }
    case 7: {
      const action = countOf(data['Type']) === 1 ? 'upgrade' : 'join';
      return { kind: 'fansclub', action, level: countOf(data['Level']) };
    }
    case 8:
      return { kind: 'share', target: textOf(data['ShareType']) };
    case 9:
      return { kind: 'control', action: 'end', tips: '' };
    default:
      return undefined;
  }
}

/**
 * `GiftCount` is what was added, `RepeatCount` the streak so far. Some increments never arrive (they skip values and overtake each other), so
 * that the streak is counted anew. A message without `RepeatCount` stands for itself.
 */
function giftOf(data: JsonObject): EventBody {
  const giftId = idOf(data['GiftId']);
  const total = countOf(data['RepeatCount']);
  const sender = senderOf(viewerOf(data['User'], ''));
  return {
    kind: 'gift',
    giftId,
    name: nameOf(data['GiftName']) || '礼物',
    count: 0,
    total: Math.max(total, countOf(data['GiftCount']), 1),
    diamonds: countOf(data['DiamondCount']),
    streak: total > 0 ? streakKey(sender, giftId, idOf(data['GroupId']) || '0') : '',
    streakEnd: false,
  };
}

/** Counts of -1 are unknown. */
function viewerOf(value: unknown, anchorId: string): Viewer | null {
  const user = objectOf(value);
  const id = idOf(user['Id']);
  return viewerFrom({
    id,
    nickname: nameOf(user['Nickname']),
    level: countOf(user['PayLevel']) || countOf(user['Level']),
    fansLevel: countOf(objectOf(user['FansClub'])['Level']),
    isAnchor: user['IsAnchor'] === true || (id !== '' && id === anchorId),
    isAdmin: user['IsAdmin'] === true,
    secUid: idOf(user['SecUid']),
  });
}
