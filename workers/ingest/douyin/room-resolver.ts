import { randomInt } from 'node:crypto';
import type { DouyinSource } from '../../../protocol/config.ts';
import type { FaultLog } from '../fault-log.ts';
import type { Cookies } from './cookies.ts';
import type { RoomInfo } from './room-page.ts';
import { isStub, readEnterAnswer, readRoomPage, unknownRoom } from './room-page.ts';
import type { WebAnswer, WebClient } from './web-client.ts';

/** A page of today has less than 1 MB. A larger one tells nothing: reading it would hold up every room. */
const maxPageBytes = 4 * 1024 * 1024;

interface ResolveOptions {
  room: string;
  source: Pick<DouyinSource, 'pageUrl' | 'webRid' | 'userAgent'>;
  web: WebClient;
  /** Grows by what the page sets. */
  cookies: Cookies;
  faults: Pick<FaultLog, 'report'>;
  signal: AbortSignal;
}

/**
 * Finds the broadcast behind a room number: from the room's page, and where that tells nothing, from the page's own enquiry. Throws
 * when neither answers; an answer that tells nothing gives status `unknown`.
 */
export async function resolveRoom({
  room,
  source,
  web,
  cookies,
  faults,
  signal,
}: ResolveOptions): Promise<RoomInfo> {
  const origin = source.pageUrl.replace(/\/+$/, '');
  const get = async (path: string, accept: string): Promise<WebAnswer> => {
    const cookie = cookies.header();
    const answer = await web.request(`${origin}${path}`, {
      headers: {
        'user-agent': source.userAgent,
        accept,
        'accept-language': 'zh-CN,zh;q=0.9',
        referer: `${origin}/`,
        ...(cookie ? { cookie } : {}),
      },
      signal,
      maxBytes: maxPageBytes,
    });
    if (answer.tooLarge) {
      const page = path.split('?', 1)[0];
      faults.report(
        'page',
        { room, page, maxBytes: maxPageBytes },
        'a page too large to be read, passed over',
      );
    }
    cookies.addSetCookies(answer.setCookies);
    if (answer.status >= 500) throw new Error(`Room page answered ${answer.status}`);
    return answer;
  };
  if (!cookies.has('ttwid')) {
    const first = await get('/', 'text/html');
    if (!cookies.has('ttwid') && isStub(first.text, first.setCookies)) await get('/', 'text/html');
  }
  const page = await readPage(source.webRid, get);
  if (page.status !== 'unknown') return withVisitor(page);
  const answer = await get(`/webcast/room/web/enter/?${enterQuery(source.webRid)}`, 'application/json');
  const entered = answer.status === 200 ? readEnterAnswer(answer.text) : unknownRoom;
  return withVisitor(merge(page, entered));
}

async function readPage(
  webRid: string,
  get: (path: string, accept: string) => Promise<WebAnswer>,
): Promise<RoomInfo> {
  const path = `/${encodeURIComponent(webRid)}`;
  let answer = await get(path, 'text/html');
  // The first visit may get a stub that only sets a cookie.
  if (isStub(answer.text, answer.setCookies)) answer = await get(path, 'text/html');
  if (answer.status === 404) return { ...unknownRoom, status: 'not-found' };
  return readRoomPage(answer.text);
}

/** What the enquiry says wins; what it leaves out the page may have. */
function merge(page: RoomInfo, entered: RoomInfo): RoomInfo {
  return {
    status: entered.status,
    roomId: entered.roomId || page.roomId,
    userUniqueId: page.userUniqueId,
    anchorId: entered.anchorId || page.anchorId,
    title: entered.title || page.title,
    anchor: entered.anchor || page.anchor,
  };
}

/** Any number of 19 digits from 7.3e18 on is accepted for a visitor (seen in four clients). */
function withVisitor(info: RoomInfo): RoomInfo {
  if (info.userUniqueId) return info;
  const tail = Array.from({ length: 16 }, () => randomInt(10)).join('');
  return { ...info, userUniqueId: `7${randomInt(30, 99)}${tail}` };
}

function enterQuery(webRid: string): string {
  return new URLSearchParams({
    aid: '6383',
    app_name: 'douyin_web',
    live_id: '1',
    device_platform: 'web',
    language: 'zh-CN',
    enter_from: 'web_live',
    cookie_enabled: 'true',
    browser_language: 'zh-CN',
    browser_platform: 'Win32',
    browser_name: 'Chrome',
    web_rid: webRid,
  }).toString();
}
