import type { BilibiliSource as Config } from '../../../protocol/sources/bilibili.ts';
import { WebClient } from '../web-client.ts';
import { parseJson } from '../feeds/json-text.ts';
import { objectOf } from '../feeds/json-values.ts';
import { textIn } from '../feeds/message-text.ts';
import type { SocketFeed } from '../feeds/socket-feed.ts';
import { openSocketFeed } from '../feeds/socket-source.ts';
import { SourceError } from '../source.ts';
import type { Opening, RawMessage, Source, SourceParts } from '../source.ts';
import { BilibiliGifts } from './gifts.ts';
import { encodePacket, operations, unpack } from './packet.ts';
import { BilibiliReader } from './reader.ts';
import type { Identity, RoomInfo } from './room-api.ts';
import { RoomApi } from './room-api.ts';

/** In milliseconds. */
export interface BilibiliTimes {
  heartbeatMs: number;
  /** The answer to a heartbeat comes at once, so that something comes with each. */
  receiveTimeoutMs: number;
  authTimeoutMs: number;
  /** How often the receive timeout is looked at. */
  lookMs: number;
}

export const bilibiliTimes: BilibiliTimes = {
  heartbeatMs: 30_000,
  receiveTimeoutMs: 35_000,
  authTimeoutMs: 10_000,
  lookMs: 1_000,
};
const tokenError = -101;

const guest = {
  code: 'guest',
  text: 'Bilibili masks the names of viewers, as it does for guests: a cookie of a logged-in account is needed',
};

/** A room of Bilibili, read as its page reads it. */
export class BilibiliSource implements Source {
  readonly platform = 'bilibili';
  readonly #config: Config;
  readonly #parts: SourceParts;
  readonly #times: BilibiliTimes;
  readonly #web = new WebClient();
  readonly #api: RoomApi;
  readonly #gifts = new BilibiliGifts();
  #server = 0;
  #isGuest = false;

  constructor(config: Config, parts: SourceParts, times: BilibiliTimes = bilibiliTimes) {
    this.#config = config;
    this.#parts = parts;
    this.#times = times;
    this.#api = new RoomApi(config, this.#web, parts.credentials);
  }

  /** Everything is asked anew with each try: a token is good for a few minutes. */
  async open(signal: AbortSignal): Promise<Opening> {
    const identity = await this.#api.identify(signal);
    const info = await this.#api.room(identity.cookie, signal);
    if (info.state === 'not-found')
      return { kind: 'not-found', reason: `Bilibili has no room ${this.#config.roomId}` };
    if (info.state === 'offline') return { kind: 'offline', reason: 'Bilibili says so' };
    return { kind: 'open', feed: await this.#connect(identity, info, signal) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#web[Symbol.asyncDispose]();
  }

  async #connect(identity: Identity, info: RoomInfo, signal: AbortSignal): Promise<SocketFeed> {
    const { addresses, token } = await this.#api.messageServers(info.roomId, identity, signal);
    const servers = this.#config.messageUrls.length > 0 ? this.#config.messageUrls : addresses;
    const address = servers[this.#server % servers.length] ?? '';
    const reader = new BilibiliReader({
      parts: this.#parts,
      gifts: this.#gifts,
      onMasked: (isMasked) => this.#tellGuest(isMasked),
    });
    const auth = Promise.withResolvers<number>();
    let lastArrival = performance.now();
    let feed: SocketFeed | undefined;
    try {
      feed = await openSocketFeed({
        name: 'Bilibili',
        address: `${address.replace(/(\/sub)?\/*$/, '')}/sub`,
        headers: { 'user-agent': this.#config.userAgent, cookie: identity.cookie },
        parts: this.#parts,
        read: (message) => reader.read(message),
        onArrival: (message) => {
          lastArrival = performance.now();
          const code = authCodeIn(message);
          if (code !== undefined) auth.resolve(code);
        },
        signal,
      });
      feed.title = info.title;
      feed.anchor = info.anchor;
      feed.send(encodePacket(operations.auth, authBody(identity, info.roomId, token)));
      await admitted(auth.promise, feed, { signal, authTimeoutMs: this.#times.authTimeoutMs });
    } catch (error) {
      // The next try goes to the next one.
      this.#server += 1;
      await feed?.[Symbol.asyncDispose]();
      throw error;
    }
    const open = feed;
    keepAlive(open, () => lastArrival, this.#times);
    return open;
  }

  #tellGuest(isOn: boolean): void {
    if (this.#isGuest === isOn) return;
    this.#isGuest = isOn;
    this.#parts.onCondition({ ...guest, isOn });
  }
}

/** Ids as numbers, as the server wants them; they are of the size that a double holds, and written as they came. */
function authBody({ uid, buvid }: Identity, roomId: string, token: string): string {
  const rest = JSON.stringify({ protover: 3, platform: 'web', type: 2, buvid, key: token });
  return `{"uid":${uid},"roomid":${roomId},${rest.slice(1)}`;
}

/** Returns when the server takes us. */
async function admitted(
  code: Promise<number>,
  feed: SocketFeed,
  { signal, authTimeoutMs }: Pick<BilibiliTimes, 'authTimeoutMs'> & { signal: AbortSignal },
): Promise<void> {
  const timeout = AbortSignal.timeout(authTimeoutMs);
  const over = AbortSignal.any([signal, feed.ended, timeout]);
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => stopped.resolve(undefined);
  over.addEventListener('abort', stop, { once: true });
  if (over.aborted) stop();
  const answer = await Promise.race([code, stopped.promise]);
  over.removeEventListener('abort', stop);
  if (answer === 0) return;
  signal.throwIfAborted();
  if (answer === undefined) {
    const text = timeout.aborted ? `no answer within ${authTimeoutMs} ms` : 'closed before it answered';
    throw new SourceError('network', `Bilibili: authentication: ${text}`);
  }
  const text = answer === tokenError ? 'the token is not good any more' : `code ${answer}`;
  throw new SourceError('authentication', `Bilibili: authentication refused: ${text}`);
}

/** The code in an answer to the authentication. */
function authCodeIn({ data }: RawMessage): number | undefined {
  // Its operation stands in the first header.
  if (data.byteLength < 16 || data[11] !== operations.authReply) return undefined;
  const reply = unpack(data).packets.find(({ operation }) => operation === operations.authReply);
  if (!reply) return undefined;
  try {
    const { code } = objectOf(parseJson(textIn({ data: reply.body })));
    return typeof code === 'number' ? code : 0;
  } catch {
    return 0;
  }
}

/** A heartbeat at once and again and again; when nothing comes for long the connection is given up. */
function keepAlive(
  feed: SocketFeed,
  lastArrival: () => number,
  { heartbeatMs, receiveTimeoutMs, lookMs }: BilibiliTimes,
): void {
  const beat = () => feed.send(encodePacket(operations.heartbeat, '[object Object]'));
  beat();
  const beats = setInterval(beat, heartbeatMs).unref();
  const watch = setInterval(() => {
    if (feed.isBehind || performance.now() - lastArrival() < receiveTimeoutMs) return;
    feed.giveUp({ reason: `nothing came for ${receiveTimeoutMs} ms`, waitMs: 0, trouble: 'network' });
  }, lookMs).unref();
  const stop = () => {
    clearInterval(beats);
    clearInterval(watch);
  };
  feed.ended.addEventListener('abort', stop, { once: true });
  if (feed.ended.aborted) stop();
}
