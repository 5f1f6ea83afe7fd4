import { createHash } from 'node:crypto';

/** What the pages show of a room. */
export const ROOM_STATES = [
  'live',
  /** The host is away for a moment. */
  'paused',
  /** The broadcast has not begun. */
  'preparing',
  /** A finished broadcast. */
  'ended',
  /** An account without a room. */
  'offline',
  /** A number that belongs to nobody. */
  'not-found',
  /** Risk control: a page that tells nothing, an enquiry with an empty body. */
  'captcha',
  /** The same with empty bodies everywhere. */
  'empty',
  /** HTTP 429 everywhere. */
  'rate-limited',
] as const;
export type RoomState = (typeof ROOM_STATES)[number];

/** In these the room goes on, whatever the pages show. */
export const ON_AIR: ReadonlySet<RoomState> = new Set<RoomState>([
  'live',
  'paused',
  'captcha',
  'empty',
  'rate-limited',
]);

/** What is out of date: nothing, the page, or the enquiry as well. */
export const STALE = ['nothing', 'page', 'everything'] as const;
export type Stale = (typeof STALE)[number];

/** What `im/fetch` answers: what it should; an empty body; JSON, as without a signature; 503. */
export const FETCH_ANSWERS = ['right', 'empty', 'json', 'unavailable'] as const;
export type FetchAnswer = (typeof FETCH_ANSWERS)[number];

/** What pages and answers tell about the room. */
export type RoomFacts = {
  readonly state: RoomState;
  readonly webRid: string;
  readonly roomId: string;
  readonly anchor: string;
  readonly title: string;
};

/**
 * Renders `GET /{web_rid}`: data inside `self.__pace_f.push([1,"…"])`, that is JSON within a JavaScript string.
 *
 * @param room undefined for a number that belongs to nobody.
 */
export function renderRoomPage(room: RoomFacts | undefined, userUniqueId: string): string {
  const odin = { user_id: '', user_unique_id: userUniqueId, user_is_auth: 0, user_type: 12 };
  const roomInfo =
    room === undefined ? {} : { ...broadcastPart(room), web_rid: room.webRid, anchor: anchorPart(room) };
  const tree = {
    state: {
      appStore: { isMobile: false },
      roomStore: { roomInfo, liveStatus: room?.state === 'live' ? 'normal' : 'end' },
      userStore: { odin },
      // Recommended rooms stand on the page of an offline account too: a roomId alone proves nothing.
      recommendStore: { cards: [{ roomId: RECOMMENDED_ROOM_ID, status: 2, title: '猜你喜欢' }] },
    },
  };
  return html('抖音直播', [{ meta: 'head' }, tree, { meta: 'tail' }]);
}

/** The page that stands in for the first one: it sets `__ac_nonce` and wants to be asked again. */
export function renderStubPage(): string {
  return '<html><head><meta charset="UTF-8" /></head><body></body><script>/* 请稍候 */window.location.reload();</script></html>';
}

/** The page that risk control shows instead of a room. */
export function renderCaptchaPage(): string {
  return '<!DOCTYPE html><html><head><meta charset="UTF-8"><title>验证码中间页</title></head><body><div id="captcha_container"></div></body></html>';
}

/** The answer of `GET /webcast/room/web/enter/`; `room` undefined for a number that belongs to nobody. */
export function renderEnterAnswer(room: RoomFacts | undefined, now: number): string {
  if (room?.state === 'captcha' || room?.state === 'empty') return '';
  if (room === undefined || room.state === 'not-found') {
    return JSON.stringify({
      data: { message: 'invalid room', prompts: '直播间不存在' },
      extra: { now },
      status_code: 4001038,
    });
  }
  const entry = {
    id_str: room.roomId,
    status: statusOf(room),
    status_str: `${statusOf(room)}`,
    title: room.title,
  };
  return JSON.stringify({
    data: {
      data: room.state === 'offline' ? [] : [entry],
      enter_room_id: room.state === 'offline' ? '' : room.roomId,
      user: anchorPart(room),
      room_status: ON_AIR.has(room.state) ? 0 : 2,
    },
    extra: { now },
    status_code: 0,
  });
}

/** The number that a device is known by: 19 digits from 7.3e18 on, always the same one for a cookie. */
export function userUniqueIdOf(ttwid: string): string {
  const number = createHash('sha256').update(ttwid).digest().readBigUInt64BE();
  return `${7_300_000_000_000_000_000n + (number % 699_000_000_000_000_000n)}`;
}

function broadcastPart(room: RoomFacts): object {
  if (room.state === 'offline') return {};
  return {
    room: {
      id_str: room.roomId,
      status: statusOf(room),
      status_str: `${statusOf(room)}`,
      title: room.title,
      user_count_str: '1024',
    },
    roomId: room.roomId,
  };
}

function anchorPart(room: RoomFacts): object {
  return { id_str: '2024120112345678', sec_uid: 'MS4wLjABAAAAanchor', nickname: room.anchor };
}

/** 1 being prepared, 2 live, 3 paused, 4 ended. */
function statusOf({ state }: RoomFacts): number {
  if (state === 'preparing') return 1;
  if (state === 'paused') return 3;
  return state === 'ended' ? 4 : 2;
}

function html(title: string, trees: readonly object[]): string {
  const scripts = trees.map((tree, index) => {
    const line = `${index.toString(16)}:${JSON.stringify(['$', '$L12', null, tree])}\n`;
    const pushed = JSON.stringify([1, line]).replaceAll('<', '\\u003c');
    return `<script nonce="sim">self.__pace_f.push(${pushed})</script>`;
  });
  const head = `<head><meta charset="UTF-8"><title>${title}</title></head>`;
  return `<!DOCTYPE html><html lang="zh-CN">${head}<body><div id="root"></div>${scripts.join('')}</body></html>`;
}

const RECOMMENDED_ROOM_ID = '7300000000000000001';
