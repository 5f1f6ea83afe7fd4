import { randomBytes, randomInt } from 'node:crypto';
import type { DouyinSource } from '../../../protocol/config.ts';
import type { FaultLog } from '../fault-log.ts';
import { SourceError } from '../source.ts';
import type { Cookies } from './cookies.ts';
import type { RoomInfo } from './room-page.ts';
import { isStub, readEnterAnswer, readRoomPage, unknownRoom } from './room-page.ts';
import type { WebAnswer, WebClient } from '../web-client.ts';

/** A page of today has less than 1 MB. A larger one tells nothing: reading it would hold up every room. */
const maxPageBytes = 4 * 1024 * 1024;

interface RoomPagesOptions {
  room: string;
  source: Pick<DouyinSource, 'pageUrl' | 'webRid' | 'userAgent'>;
  web: WebClient;
  /** Grows by what the pages set. */
  cookies: Cookies;
  faults: Pick<FaultLog, 'report'>;
}

interface Request {
  path: string;
  accept: string;
  signal: AbortSignal;
  timeoutMs?: number;
}

/** The site's HTTP side, asked as the page in a browser asks it. */
export class RoomPages {
  readonly #options: RoomPagesOptions;
  readonly #origin: string;

  constructor(options: RoomPagesOptions) {
    this.#options = options;
    this.#origin = options.source.pageUrl.replace(/\/+$/, '');
  }

  /** What the room's page says. Throws SourceError when it does not answer; an answer that tells nothing gives status `unknown`. */
  async page(signal: AbortSignal): Promise<RoomInfo> {
    const { cookies, source } = this.#options;
    const get = async (path: string) => await this.#get({ path, accept: 'text/html', signal });
    if (!cookies.has('ttwid')) {
      const first = await get('/');
      if (!cookies.has('ttwid') && isStub(first.text, first.setCookies)) await get('/');
    }
    const path = `/${encodeURIComponent(source.webRid)}`;
    let answer = await get(path);
    // The first visit may get a stub that only sets a cookie.
    if (isStub(answer.text, answer.setCookies)) answer = await get(path);
    if (answer.status === 404) return { ...unknownRoom, status: 'not-found' };
    return answer.status === 200 ? readRoomPage(answer.text) : unknownRoom;
  }

  /** The same of `/webcast/room/web/enter/`, the page's own enquiry. */
  async enter(signal: AbortSignal): Promise<RoomInfo> {
    const path = `/webcast/room/web/enter/?${enterQuery(this.#options.source.webRid)}`;
    const answer = await this.#get({ path, accept: 'application/json', signal });
    return answer.status === 200 ? readEnterAnswer(answer.text) : unknownRoom;
  }

  /** The body of an answer of `/webcast/im/fetch/`; empty when it is refused. */
  async fetch(query: string, signal: AbortSignal, timeoutMs: number): Promise<Buffer> {
    const path = `/webcast/im/fetch/?${query}&msToken=${this.#msToken()}`;
    const answer = await this.#get({ path, accept: 'application/protobuf', signal, timeoutMs });
    return answer.status === 200 ? answer.bytes : Buffer.alloc(0);
  }

  async #get({ path, accept, signal, timeoutMs }: Request): Promise<WebAnswer> {
    const { web, cookies, source, faults, room } = this.#options;
    const cookie = cookies.header();
    const headers = {
      'user-agent': source.userAgent,
      accept,
      'accept-language': 'zh-CN,zh;q=0.9',
      referer: `${this.#origin}/`,
      ...(cookie ? { cookie } : {}),
    };
    const page = path.split('?', 1)[0];
    const answer = await web
      .request(`${this.#origin}${path}`, {
        headers,
        signal,
        maxBytes: maxPageBytes,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      })
      .catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new SourceError('network', cause instanceof Error ? cause.message : String(cause), { cause });
      });
    if (answer.tooLarge) {
      faults.report(
        'page',
        { room, page, maxBytes: maxPageBytes },
        'a page too large to be read, passed over',
      );
    }
    cookies.addSetCookies(answer.setCookies);
    if (answer.status >= 500)
      throw new SourceError('network', `${page} of the site answered ${answer.status}`);
    return answer;
  }

  /** Any text of this length is accepted; the page's own is preferred. */
  #msToken(): string {
    return (
      encodeURIComponent(this.#options.cookies.siteValue('msToken')) || randomBytes(80).toString('base64url')
    );
  }
}

/** What the enquiry says wins; what it leaves out the page may have. */
export function mergeInfo(page: RoomInfo, entered: RoomInfo): RoomInfo {
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
export function withVisitor(info: RoomInfo): RoomInfo {
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
