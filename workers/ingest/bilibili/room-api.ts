import { randomInt, randomUUID } from 'node:crypto';
import type { BilibiliSource as Config } from '../../../protocol/sources/bilibili.ts';
import type { WebClient } from '../web-client.ts';
import { parseJson } from '../feeds/json-text.ts';
import type { JsonObject } from '../feeds/json-values.ts';
import { countOf, idOf, isObject, listOf, nameOf, objectOf, textOf } from '../feeds/json-values.ts';
import type { SourceParts } from '../source.ts';
import { SourceError } from '../source.ts';
import { mixinKey, signQuery } from './wbi.ts';

export type RoomState = 'live' | 'offline' | 'not-found';

export interface RoomInfo {
  state: RoomState;
  roomId: string;
  title: string;
  anchor: string;
}

/** Who we are to the platform: its device cookie, and the account, '0' for a guest. */
export interface Identity {
  cookie: string;
  buvid: string;
  uid: string;
  key: string;
}

export interface MessageServers {
  addresses: string[];
  token: string;
}

/** Codes of an answer that mean: this client is refused (-352 risk control, -412 too many requests). */
const refusedCodes = new Set([-352, -401, -403, -412]);

/** What has to be asked over HTTP before a connection. Throws SourceError. */
export class RoomApi {
  readonly #config: Config;
  readonly #credentials: SourceParts['credentials'];
  readonly #web: WebClient;
  /** In the form of the device cookie that the page sets. */
  readonly #madeUp = `${randomUUID().toUpperCase()}${randomInt(10_000, 100_000)}infoc`;

  constructor(config: Config, web: WebClient, credentials: SourceParts['credentials']) {
    this.#config = config;
    this.#credentials = credentials;
    this.#web = web;
  }

  /**
   * The device cookie from `finger/spi`, and the signing key from `nav`, which answers -101 and tells it all the same to a guest. Neither is
   * a condition: the platform takes any device, and whether a request has to be signed is for its answer to say.
   */
  async identify(signal: AbortSignal): Promise<Identity> {
    const { apiUrl } = this.#config;
    let cookie = oneLine(await this.#credentials.read());
    let buvid = cookieValue(cookie, 'buvid3');
    if (!buvid) {
      const { b_3: device } = await this.#askIfKnown(`${apiUrl}/x/frontend/finger/spi`, cookie, signal);
      buvid = textOf(device);
      if (!/^[\w.-]{1,128}$/.test(buvid)) buvid = this.#madeUp;
      cookie = [cookie, `buvid3=${buvid}`].filter(Boolean).join('; ');
    }
    const nav = await this.#askIfKnown(`${apiUrl}/x/web-interface/nav`, cookie, signal);
    const images = objectOf(nav['wbi_img']);
    const key = mixinKey(textOf(images['img_url']), textOf(images['sub_url']));
    return { cookie, buvid, uid: nav['isLogin'] === true ? idOf(nav['mid']) || '0' : '0', key };
  }

  /** The room with its real id: the one in an address may be short. */
  async room(cookie: string, signal: AbortSignal): Promise<RoomInfo> {
    const { liveUrl, roomId } = this.#config;
    const byRoom = `${liveUrl}/xlive/web-room/v1/index/getInfoByRoom?room_id=${roomId}`;
    const answer = await this.#ask(byRoom, cookie, signal, 'any');
    const { code } = answer;
    if (code === 0) {
      const data = objectOf(answer['data']);
      const info = objectOf(data['room_info']);
      const anchor = nameOf(objectOf(objectOf(data['anchor_info'])['base_info'])['uname']);
      return { ...stateOf(info), title: nameOf(info['title']), anchor };
    }
    // Risk control stops that one more often than the older.
    const init = await this.#ask(
      `${liveUrl}/room/v1/Room/room_init?id=${roomId}`,
      cookie,
      signal,
      [60004, 1, 19002000],
    );
    if (init['code'] !== 0) return { state: 'not-found', roomId, title: '', anchor: '' };
    return { ...stateOf(objectOf(init['data'])), title: '', anchor: '' };
  }

  async messageServers(roomId: string, identity: Identity, signal: AbortSignal): Promise<MessageServers> {
    const { liveUrl } = this.#config;
    const query = signQuery(
      { id: roomId, type: 0, web_location: '444.8' },
      identity.key,
      Math.floor(Date.now() / 1000),
    );
    const answer = await this.#ask(
      `${liveUrl}/xlive/web-room/v1/index/getDanmuInfo?${query}`,
      identity.cookie,
      signal,
    );
    const data = objectOf(answer['data']);
    const addresses = listOf(data['host_list']).map(objectOf).flatMap(addressOf);
    const token = textOf(data['token']);
    if (addresses.length === 0 || !token)
      throw new SourceError('business', 'Bilibili names no message server');
    return { addresses, token };
  }

  /** The data of an answer; empty when it tells nothing. Throws when nobody answers, or who we are is refused. */
  async #askIfKnown(url: string, cookie: string, signal: AbortSignal): Promise<JsonObject> {
    try {
      return objectOf((await this.#ask(url, cookie, signal, [-101]))['data']);
    } catch (error) {
      if (error instanceof SourceError && error.code === 'business') return {};
      throw error;
    }
  }

  /** The answer's object. Codes other than 0 are errors, but for those in `allowed`. */
  async #ask(
    url: string,
    cookie: string,
    signal: AbortSignal,
    allowed: number[] | 'any' = [],
  ): Promise<JsonObject> {
    const name = url.split('?', 1)[0]?.split('/').at(-1) ?? '';
    const { status, text } = await this.#get(url, cookie, signal);
    if (status === 412 || status === 403 || status === 401)
      throw new SourceError('authentication', `Bilibili refuses ${name}: HTTP ${status}`);
    if (status >= 500) throw new SourceError('network', `Bilibili cannot answer ${name}: HTTP ${status}`);
    const answer = objectIn(text);
    if (!answer)
      throw new SourceError('business', `Bilibili answers ${name} with HTTP ${status} and no JSON`);
    const code = typeof answer['code'] === 'number' ? answer['code'] : NaN;
    if (code === 0 || allowed === 'any' || allowed.includes(code)) return answer;
    const said = `Bilibili answers ${name} with code ${code}: ${textOf(answer['message'])}`.slice(0, 200);
    throw new SourceError(refusedCodes.has(code) ? 'authentication' : 'business', said);
  }

  async #get(url: string, cookie: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
    const headers = {
      'user-agent': this.#config.userAgent,
      referer: 'https://live.bilibili.com/',
      ...(cookie ? { cookie } : {}),
    };
    try {
      return await this.#web.request(url, { headers, signal, maxBytes: 2 * 1024 * 1024 });
    } catch (cause) {
      signal.throwIfAborted();
      throw new SourceError('network', cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
}

/** `live_status` 1 is on the air; 2 plays a recording in a loop. */
function stateOf(info: JsonObject): { state: RoomState; roomId: string } {
  const roomId = idOf(info['room_id']);
  if (!roomId) return { state: 'not-found', roomId };
  return { state: countOf(info['live_status']) === 1 ? 'live' : 'offline', roomId };
}

function addressOf(host: JsonObject): string[] {
  const name = textOf(host['host']);
  const port = countOf(host['wss_port']);
  return /^[\w.-]+$/.test(name) && port > 0 ? [`wss://${name}:${port}`] : [];
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A file may have one cookie a line, and the header's name before them; of two cookies of a name the later one counts. */
function oneLine(cookies: string): string {
  const values = new Map<string, string>();
  for (const line of cookies.split(/\r?\n/)) {
    for (const cookie of line.replace(/^\s*cookie:/i, '').split(';')) {
      const [name = '', ...value] = cookie.trim().split('=');
      if (name !== '' && value.length > 0) values.set(name, value.join('='));
    }
  }
  return [...values].map(([name, value]) => `${name}=${value}`).join('; ');
}

function cookieValue(header: string, name: string): string {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(header)?.[1] ?? '';
}
