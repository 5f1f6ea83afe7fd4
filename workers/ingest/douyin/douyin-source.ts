import type { DouyinSource as DouyinConfig } from '../../../protocol/config.ts';
import type { FaultLog } from '../fault-log.ts';
import type { Opening, Source } from '../source.ts';
import type { Tally } from '../tally.ts';
import { readOperatorCookies } from './cookie-file.ts';
import { Cookies } from './cookies.ts';
import type { Resume } from './push-address.ts';
import { defaultResume, pushAddress } from './push-address.ts';
import { PushFeed } from './push-feed.ts';
import { openPushSocket } from './push-socket.ts';
import type { RoomInfo } from './room-page.ts';
import { resolveRoom } from './room-resolver.ts';
import type { Signer } from './signer.ts';
import { openSigner } from './signer.ts';
import { WebClient } from './web-client.ts';

interface DouyinSourceOptions {
  room: string;
  config: DouyinConfig;
  tally: Tally;
  faults: FaultLog;
}

/** A room of Douyin, read as the page in a browser reads it. */
export class DouyinSource implements Source {
  readonly platform = 'douyin';
  readonly #options: DouyinSourceOptions;
  readonly #web = new WebClient();
  readonly #signer: Signer;
  readonly #cookies = new Cookies();
  /** The last broadcast that was found, for when the page tells nothing. */
  #known: RoomInfo | undefined;
  #resume: { roomId: string; position: Resume } | undefined;
  #server = 0;

  constructor(options: DouyinSourceOptions) {
    this.#options = options;
    this.#signer = openSigner(options.config.signer, this.#web);
  }

  async open(signal: AbortSignal): Promise<Opening> {
    const { config, room, faults } = this.#options;
    // Read with each try, because a login may have been renewed.
    this.#cookies.setOperator(await readOperatorCookies(config));
    const found = await resolveRoom({
      room,
      source: config,
      web: this.#web,
      cookies: this.#cookies,
      faults,
      signal,
    });
    const info = this.#withKnown(found);
    switch (info.status) {
      case 'offline':
        this.#known = undefined;
        return { kind: 'offline', reason: 'the page says so' };
      case 'not-found':
        return { kind: 'not-found', reason: `no room ${config.webRid}` };
      case 'live':
        break;
      case 'unknown':
        if (!info.roomId) throw new Error(`The page of room ${config.webRid} tells nothing`);
    }
    this.#known = info;
    return await this.#connect(info, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#web[Symbol.asyncDispose]();
  }

  async #connect(info: RoomInfo, signal: AbortSignal): Promise<Opening> {
    const { config, room, tally, faults } = this.#options;
    const { roomId, userUniqueId } = info;
    const { userAgent, pageUrl, pushUrls } = config;
    const signature = await this.#signer.sign({ roomId, userUniqueId, userAgent }, signal);
    const pushUrl = pushUrls[this.#server % pushUrls.length] ?? '';
    const address = pushAddress({
      pushUrl,
      roomId,
      userUniqueId,
      userAgent,
      signature,
      resume: this.#takeResume(info),
    });
    const origin = pageUrl.replace(/\/+$/, '');
    const cookie = this.#cookies.header();
    let feed: PushFeed | undefined;
    try {
      const opening = await openPushSocket({
        address,
        headers: {
          'user-agent': userAgent,
          referer: `${origin}/${encodeURIComponent(config.webRid)}`,
          origin,
          ...(cookie ? { cookie } : {}),
        },
        signal,
        onSocket: (socket) => {
          const onResume = (position: Resume) => (this.#resume = { roomId, position });
          feed = new PushFeed(socket, { room, info, tally, faults, onResume });
        },
      });
      if (opening.kind === 'open' && feed) {
        feed.begin();
        return { kind: 'open', feed };
      }
      this.#server += 1;
      return { kind: 'blocked', reason: opening.kind === 'blocked' ? opening.reason : 'no feed' };
    } catch (error) {
      this.#server += 1;
      throw error;
    }
  }

  /** A page that tells nothing is no news: the last broadcast is tried again. */
  #withKnown(found: RoomInfo): RoomInfo {
    return found.status === 'unknown' && !found.roomId && this.#known ? this.#known : found;
  }

  /** Used once: the next acknowledged frame sets it again, so that a position which the server dislikes is not tried for ever. */
  #takeResume(info: RoomInfo): Resume {
    const resume = this.#resume;
    this.#resume = undefined;
    return resume?.roomId === info.roomId ? resume.position : defaultResume(info, Date.now());
  }
}
