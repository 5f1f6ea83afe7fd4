import type { EventBody, Viewer } from '../../../protocol/event.ts';
import type { JsonObject } from '../feeds/json-values.ts';
import {
  countOf,
  hashOf,
  idOf,
  isObject,
  listOf,
  nameOf,
  objectOf,
  textOf,
  timeOf,
  totalOf,
  viewerFrom,
} from '../feeds/json-values.ts';
import { parseJson } from '../feeds/json-text.ts';
import type { Observation } from '../source.ts';
import type { BilibiliGifts } from './gifts.ts';
import { guardGift, superChat } from './gifts.ts';
import { decodePb } from './schema.ts';

export interface Command {
  name: string;
  observations: Observation[];
  /** Names are masked and ids are 0: that is what guests get to see after some minutes. */
  isMasked: boolean;
  /** Nobody reads commands of this name. */
  isUnknown: boolean;
}

interface Found {
  /** Empty: the message has none, and its text stands for it. */
  id: string;
  at?: unknown;
  viewer: Viewer | null;
  bodies: EventBody[];
}

/** What says nothing of when it happened: two of them may be the same text. */
const timeless = new Set([
  'LIKE_INFO_V3_CLICK',
  'LIKE_INFO_V3_UPDATE',
  'ONLINE_RANK_COUNT',
  'WATCHED_CHANGE',
  'PREPARING',
  'LIVE',
  'CUT_OFF',
  'WARNING',
]);

/** What a message (operation 5) says. Fields as blivedm and the page's own client have them. Throws for what is no command. */
export function readCommand(text: string, receivedAt: number, gifts: BilibiliGifts): Command {
  const value = parseJson(text);
  if (!isObject(value) || typeof value['cmd'] !== 'string') throw new TypeError('Message has no cmd');
  // A suffix such as DANMU_MSG:4:0:2:2:2:0 has been there since 2019.
  const name = value['cmd'].split(':', 1)[0] ?? '';
  const found = findIn(name, value, gifts);
  if (!found)
    return {
      name,
      observations: [],
      isMasked: name === 'LOG_IN_NOTICE',
      isUnknown: name !== 'LOG_IN_NOTICE',
    };
  const { viewer, bodies } = found;
  // Nothing is ever sent twice: a second like of one viewer, or as many in the room as once before, is news.
  const id = found.id || hashOf(name, text, timeless.has(name) ? String(receivedAt) : '');
  const at = timeOf(found.at, receivedAt);
  return {
    name,
    observations: bodies.map((body, index) => ({
      messageId: index === 0 ? id : `${id}-${index}`,
      at,
      viewer,
      body,
    })),
    isMasked: viewer !== null && viewer.id === '' && viewer.nickname.includes('***'),
    isUnknown: false,
  };
}

function findIn(name: string, command: JsonObject, gifts: BilibiliGifts): Found | undefined {
  const data = objectOf(command['data']);
  const uid = idOf(data['uid']);
  switch (name) {
    case 'DANMU_MSG':
    case 'DANMU_MSG_MIRROR':
      return danmu(listOf(command['info']));
    case 'SEND_GIFT':
      return gift(data, data, gifts);
    case 'SEND_GIFT_V2':
      return giftsOfV2(decodePb('SendGift', textAll(data['pb'])), gifts);
    case 'COMBO_SEND': {
      const viewer = viewerIn(data);
      const body = gifts.comboSend(data, senderIn(viewer));
      return { id: '', at: undefined, viewer, bodies: body ? [body] : [] };
    }
    case 'GUARD_BUY':
    case 'USER_TOAST_MSG':
    case 'USER_TOAST_MSG_V2':
      return guard(name, data, gifts);
    case 'SUPER_CHAT_MESSAGE': {
      const user = objectOf(data['user_info']);
      const viewer = viewerFrom({
        id: uid,
        nickname: nameOf(user['uname']),
        level: countOf(user['user_level']),
        fansLevel: countOf(objectOf(data['medal_info'])['medal_level']),
        isAdmin: countOf(user['manager']) === 1,
      });
      return { id: idIn('sc', data['id']), at: data['start_time'], viewer, bodies: superChat(data) };
    }
    case 'SUPER_CHAT_MESSAGE_DELETE': {
      const ids = listOf(data['ids']).map(idOf).filter(Boolean).join(',');
      return system('super-chat-deleted', ids);
    }
    case 'INTERACT_WORD':
      return interact(data);
    case 'INTERACT_WORD_V2':
      return interact(decodePb('InteractWord', textAll(data['pb'])));
    case 'LIKE_INFO_V3_CLICK':
      return {
        id: '',
        viewer: viewerIn(data),
        bodies: [{ kind: 'like', count: Math.max(1, countOf(data['like_count'])), total: 0 }],
      };
    case 'LIKE_INFO_V3_UPDATE':
      return stats({ text: `${totalOf(data['click_count'])} likes` });
    case 'ONLINE_RANK_COUNT':
      return stats({ online: totalOf(data['online_count']) || totalOf(data['count']) });
    case 'WATCHED_CHANGE':
      return stats({ total: totalOf(data['num']), text: textOf(data['text_large']) });
    case 'LIVE':
      return control('resume', idIn('live', command['live_key']), command['live_time']);
    case 'PREPARING':
      return control('end', idIn('preparing', command['send_time']), command['send_time']);
    case 'CUT_OFF':
    case 'WARNING':
      return control(`other:${name.toLowerCase()}`, '', undefined, textOf(command['msg']));
    default:
      return undefined;
  }
}

/** `info` is a list: [0] how it is shown, [1] the text, [2] who, [3] the badge, [4] the level. */
function danmu(info: unknown[]): Found {
  const shown = listOf(info[0]);
  const user = listOf(info[2]);
  const badge = listOf(info[3]);
  const extra = objectOf(shown[15])['extra'];
  const { id_str: id } = objectOf(typeof extra === 'string' ? readExtra(extra) : extra);
  const text = textOf(info[1]);
  const viewer = viewerFrom({
    id: idOf(user[0]),
    nickname: nameOf(user[1]),
    level: countOf(listOf(info[4])[0]),
    fansLevel: countOf(badge[0]),
    isAdmin: countOf(user[2]) === 1,
  });
  // An emoticon has its name as text, such as “[花]” or “赞”.
  return {
    id: idOf(id),
    at: shown[4],
    viewer,
    bodies: text ? [{ kind: 'chat', text, luckyBag: countOf(shown[9]) > 0 }] : [],
  };
}

/** What is beside the text must not cost it. */
function readExtra(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return {};
  }
}

function gift(data: JsonObject, sender: JsonObject, gifts: BilibiliGifts): Found {
  const viewer = viewerIn(sender);
  const giftId = idOf(data['giftId']) || idOf(data['gift_id']);
  const rnd = idOf(data['rnd']);
  // `rnd` may be the second of time at which it was given: two viewers can have the same.
  const id = idOf(data['tid']) || (rnd && idOf(`${rnd}-${senderIn(viewer)}-${giftId}`));
  return {
    id: id ? `gift-${id}` : '',
    at: data['timestamp'],
    viewer,
    bodies: [gifts.sendGift(data, senderIn(viewer))],
  };
}

/** One message may hold several gifts, such as what a number of mystery boxes had in them. */
function giftsOfV2(data: JsonObject, gifts: BilibiliGifts): Found {
  const items = listOf(data['gift_list']).map(objectOf);
  const found = items.map((item) => gift(item, data, gifts));
  return {
    id: found[0]?.id ?? '',
    at: found[0]?.at,
    viewer: viewerIn(data),
    bodies: found.flatMap(({ bodies }) => bodies),
  };
}

function guard(name: string, data: JsonObject, gifts: BilibiliGifts): Found {
  const sender = objectOf(data['sender_uinfo']);
  const info = name === 'USER_TOAST_MSG_V2' ? objectOf(data['guard_info']) : data;
  const pay = name === 'USER_TOAST_MSG_V2' ? objectOf(data['pay_info']) : data;
  // It was given by somebody else, who is told of too; nobody paid twice.
  if (countOf(objectOf(data['option'])['source']) === 2) return { id: '', viewer: null, bodies: [] };
  const id = idOf(sender['uid']) || idOf(data['uid']);
  const nickname = nameOf(objectOf(sender['base'])['name']) || nameOf(data['username']);
  const level = countOf(info['guard_level']);
  const start = totalOf(info['start_time']);
  return {
    id: gifts.guardId(name, id || nickname, level, start),
    at: start,
    viewer: viewerFrom({ id, nickname }),
    bodies: [
      guardGift(level, countOf(pay['num']), countOf(pay['price']), info['role_name'] ?? data['gift_name']),
    ],
  };
}

function interact(data: JsonObject): Found {
  const bodies: Record<number, EventBody> = {
    1: { kind: 'enter', viewers: 0 },
    2: { kind: 'follow', followers: 0 },
    3: { kind: 'share', target: '' },
  };
  const body = bodies[countOf(data['msg_type'])];
  const viewer = viewerIn(data);
  return { id: '', at: data['timestamp'], viewer, bodies: body ? [body] : [] };
}

function viewerIn(data: JsonObject): Viewer | null {
  const medal = objectOf(data['medal_info'] ?? data['fans_medal']);
  return viewerFrom({
    id: idOf(data['uid']),
    nickname: nameOf(data['uname']),
    fansLevel: countOf(medal['medal_level']),
  });
}

const senderIn = (viewer: Viewer | null): string => viewer?.id || `~${viewer?.nickname ?? ''}`;

const textAll = (value: unknown): string => (typeof value === 'string' ? value : '');

const idIn = (prefix: string, value: unknown): string => (idOf(value) ? `${prefix}-${idOf(value)}` : '');

function stats({ online = 0, total = 0, text = '' }): Found {
  return { id: '', viewer: null, bodies: [{ kind: 'stats', online, total, text }] };
}

function system(code: string, text: string): Found {
  return { id: `${code}-${text}`.slice(0, 100), viewer: null, bodies: [{ kind: 'system', code, text }] };
}

function control(action: string, id: string, at: unknown, tips = ''): Found {
  return { id, at, viewer: null, bodies: [{ kind: 'control', action, tips }] };
}
