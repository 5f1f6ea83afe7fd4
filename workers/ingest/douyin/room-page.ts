import { findNear, objectsAfter, unescapePieces } from './page-text.ts';

/**
 * `paused`: the host is away for a moment, which viewers may sit out connected (taking it for an end was a bug elsewhere). `no-room`: an
 * account that has no broadcast. `unknown`: the answer tells nothing (a captcha, an empty body), which proves nothing.
 */
export type RoomStatus = 'live' | 'paused' | 'offline' | 'no-room' | 'not-found' | 'unknown';

/** One broadcast. `roomId` is new for each; it, `userUniqueId` and `anchorId` are decimal strings, empty when not found. */
export interface RoomInfo {
  status: RoomStatus;
  roomId: string;
  userUniqueId: string;
  anchorId: string;
  title: string;
  anchor: string;
}

export const unknownRoom: RoomInfo = {
  status: 'unknown',
  roomId: '',
  userUniqueId: '',
  anchorId: '',
  title: '',
  anchor: '',
};

const live = 2;
const paused = 3;
/** Being prepared, and ended. */
const offlineStatuses = new Set([1, 4]);

/** The page was not served; with the cookie that came along it will be. */
export const isStub = (html: string, setCookies: readonly string[]): boolean =>
  !html.includes('roomStore') &&
  (html.includes('__ac_signature') || setCookies.some((line) => line.startsWith('__ac_nonce=')));

/**
 * What the HTML of a room page says. Its data are pieces of backslash-escaped JSON in `self.__pace_f.push([1,"…"])`; the room is
 * under `roomStore.roomInfo`, the visitor under `userStore.odin`. The work is linear in the length, whatever the page holds.
 */
export function readRoomPage(html: string): RoomInfo {
  const text = unescapePieces(html);
  const userUniqueId = /"user_unique_id":"(\d{1,20})"/.exec(text)?.[1] ?? '';
  const store = findStore(text);
  if (!('roomInfo' in store)) return readPatterns(text, userUniqueId);
  const info = record(store['roomInfo']);
  // The page of nobody: what else is on it belongs to rooms that are recommended.
  if (Object.keys(info).length === 0) return { ...unknownRoom, userUniqueId };
  const room = record(info['room']);
  const anchor = record(info['anchor']);
  const roomId = digits(info['roomId']) || digits(room['id_str']);
  return {
    status: statusOf({
      roomId,
      status: room['status'],
      hasRoom: 'room' in info && info['room'] !== null,
      anchor,
    }),
    roomId,
    userUniqueId,
    anchorId: digits(anchor['id_str']),
    title: string(room['title']),
    anchor: string(anchor['nickname']) || string(record(room['owner'])['nickname']),
  };
}

/** What `/webcast/room/web/enter/` answers. It may answer nothing at all. */
export function readEnterAnswer(body: string): RoomInfo {
  const answer = parseRecord(body);
  const data = record(answer['data']);
  if (answer['status_code'] === invalidRoom || data['error_code'] === invalidRoom) {
    return { ...unknownRoom, status: 'not-found' };
  }
  const rooms: unknown = data['data'];
  const room = record(Array.isArray(rooms) ? rooms[0] : undefined);
  const user = record(data['user']);
  const roomId = digits(room['id_str']);
  const status =
    typeof room['status'] === 'number'
      ? statusOf({ roomId, status: room['status'], hasRoom: true, anchor: user })
      : data['room_status'] === 2
        ? Array.isArray(rooms) && rooms.length === 0
          ? 'no-room'
          : 'offline'
        : data['room_status'] === 0 && roomId
          ? 'live'
          : 'unknown';
  return {
    status,
    roomId,
    userUniqueId: '',
    anchorId: digits(user['id_str']),
    title: string(room['title']),
    anchor: string(user['nickname']),
  };
}

const invalidRoom = 4_001_038;

function statusOf(found: {
  roomId: string;
  status: unknown;
  hasRoom: boolean;
  anchor: Record<string, unknown>;
}): RoomStatus {
  const status = Number(found.status);
  if (found.hasRoom && Number.isInteger(status) && status > 0) {
    if (offlineStatuses.has(status)) return 'offline';
    if (!found.roomId) return 'unknown';
    if (status === live) return 'live';
    return status === paused ? 'paused' : 'unknown';
  }
  // An account without a room, even when a room's id occurs elsewhere on the page.
  if (!found.hasRoom && Object.keys(found.anchor).length > 0) return 'no-room';
  return 'unknown';
}

/** For a page whose JSON is cut or has moved. */
function readPatterns(text: string, userUniqueId: string): RoomInfo {
  const roomId = /"roomId":"(\d{1,20})"/.exec(text)?.[1] ?? '';
  const code = findNear(text, '"roomInfo":{', 4_000, /"status":(\d{1,9})/);
  const status =
    code === undefined ? 'unknown' : statusOf({ roomId, status: Number(code), hasRoom: true, anchor: {} });
  const nickname = findNear(text, '"anchor":{', 1_000, /"nickname":"([^"\\]*)"/) ?? '';
  return { ...unknownRoom, status, roomId, userUniqueId, anchor: nickname };
}

/** The first of the page's stores that has a room in it. */
function findStore(text: string): Record<string, unknown> {
  for (const json of objectsAfter(text, '"roomStore":')) {
    const store = parseRecord(json);
    if ('roomInfo' in store) return store;
  }
  return {};
}

function parseRecord(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

const maxTitleLength = 200;
const string = (value: unknown): string => (typeof value === 'string' ? value.slice(0, maxTitleLength) : '');
const digits = (value: unknown): string =>
  typeof value === 'string' && /^\d{1,20}$/.test(value) && !/^0+$/.test(value) ? value : '';
