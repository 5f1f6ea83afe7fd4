import type { DouyinSource as DouyinConfig } from '../../../protocol/config.ts';
import { delay } from '../../delay.ts';
import type { Opening, Source, SourceParts } from '../source.ts';
import { Cookies } from './cookies.ts';
import type { Place } from './place.ts';
import { readPlace, writePlace } from './place.ts';
import type { Resume } from './push-address.ts';
import { defaultResume, pushAddress } from './push-address.ts';
import { PushFeed } from './push-feed.ts';
import { openPushSocket } from './push-socket.ts';
import type { RoomInfo } from './room-page.ts';
import { resolveRoom } from './room-resolver.ts';
import type { Signer } from './signer.ts';
import { openSigner } from './signer.ts';
import { WebClient } from './web-client.ts';

interface DouyinSourceOptions extends SourceParts {
  config: DouyinConfig;
}

/** An older place is of no use: the broadcast may be another one, and asking the page costs a second or two. */
const maxPlaceAgeMs = 60_000;
const checkAfterMs = 1_000;

/** A room of Douyin, read as the page in a browser reads it. */
export class DouyinSource implements Source {
  readonly platform = 'douyin';
  readonly #options: DouyinSourceOptions;
  readonly #web = new WebClient();
  readonly #signer: Signer;
  readonly #cookies = new Cookies();
  readonly #disposed = new AbortController();
  /** The last broadcast that was found, for when the page tells nothing. */
  #known: RoomInfo | undefined;
  #resume: { roomId: string; position: Resume } | undefined;
  #server = 0;
  #isFirst = true;
  #checking: Promise<void> = Promise.resolve();

  constructor(options: DouyinSourceOptions) {
    this.#options = options;
    this.#signer = openSigner(options.config.signer, this.#web);
  }

  /** The first time it goes where an earlier process was a moment ago, and asks the page afterwards. */
  async open(signal: AbortSignal): Promise<Opening> {
    // Read with each try, because a login may have been renewed.
    this.#cookies.setOperator(await this.#options.credentials.read());
    const info = this.#takePlace();
    if (info) {
      const opening = await this.#goOn(info, signal);
      if (opening) return opening;
    }
    return await this.#findAndConnect(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await this.#checking;
    await this.#web[Symbol.asyncDispose]();
  }

  async #findAndConnect(signal: AbortSignal): Promise<Opening> {
    const info = this.#withKnown(await this.#resolve(signal));
    switch (info.status) {
      case 'offline':
        this.#known = undefined;
        return { kind: 'offline', reason: 'the page says so' };
      case 'not-found':
        return { kind: 'not-found', reason: `no room ${this.#options.config.webRid}` };
      case 'live':
        break;
      case 'unknown':
        if (!info.roomId) throw new Error(`The page of room ${this.#options.config.webRid} tells nothing`);
    }
    this.#known = info;
    return (await this.#connect(info, signal)).opening;
  }

  /** Undefined: that did not work, and the page has to be asked. */
  async #goOn(info: RoomInfo, signal: AbortSignal): Promise<Opening | undefined> {
    try {
      const { opening, feed } = await this.#connect(info, signal);
      this.#known = info;
      if (feed) this.#checking = this.#check(info, feed);
      return opening;
    } catch (error) {
      signal.throwIfAborted();
      const { room, faults } = this.#options;
      faults.report(
        'place',
        { err: error, room },
        'a room is not where it was a moment ago, asking its page',
      );
      return undefined;
    }
  }

  /** A broadcast that is over is silent, not closed; only the page tells that there is another one. */
  async #check(info: RoomInfo, feed: PushFeed): Promise<void> {
    const { room, faults } = this.#options;
    const signal = AbortSignal.any([feed.ended, this.#disposed.signal]);
    // What the room says comes first.
    if (!(await delay(checkAfterMs, signal))) return;
    try {
      const found = await this.#resolve(signal);
      if (found.status === 'unknown') return;
      if (found.status === 'live' && found.roomId === info.roomId) return;
      feed.giveUp('the page tells of another broadcast, or of none');
    } catch (error) {
      if (signal.aborted) return;
      faults.report('place-check', { err: error, room }, 'the page of a room cannot be asked');
    }
  }

  async #resolve(signal: AbortSignal): Promise<RoomInfo> {
    const { config, room, faults } = this.#options;
    return await resolveRoom({
      room,
      source: config,
      web: this.#web,
      cookies: this.#cookies,
      faults,
      signal,
    });
  }

  async #connect(info: RoomInfo, signal: AbortSignal): Promise<{ opening: Opening; feed?: PushFeed }> {
    const { config, room, tally, faults, isCertain, onRaw } = this.#options;
    const { roomId, userUniqueId } = info;
    const { userAgent, pageUrl, pushUrls } = config;
    const signature = await this.#signer.sign({ roomId, userUniqueId, userAgent }, signal);
    const pushUrl = pushUrls[this.#server % pushUrls.length] ?? '';
    const resume = this.#takeResume(info);
    const address = pushAddress({ pushUrl, roomId, userUniqueId, userAgent, signature, resume });
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
          const onResume = (position: Resume) => this.#moved(info, pushUrl, position);
          feed = new PushFeed(socket, { room, info, tally, faults, isCertain, onResume, onRaw });
        },
      });
      if (opening.kind === 'open' && feed) {
        feed.begin();
        return { opening: { kind: 'open', feed }, feed };
      }
      this.#server += 1;
      return {
        opening: { kind: 'blocked', reason: opening.kind === 'blocked' ? opening.reason : 'no feed' },
      };
    } catch (error) {
      this.#server += 1;
      throw error;
    }
  }

  /** Everything up to here is kept. */
  #moved(info: RoomInfo, pushUrl: string, resume: Resume): void {
    this.#resume = { roomId: info.roomId, position: resume };
    const at = Date.now();
    const ttwid = this.#cookies.siteValue('ttwid');
    this.#options.onPlace(() =>
      writePlace({ at, info: { ...info, status: 'live' }, ttwid, pushUrl, resume }),
    );
  }

  #takePlace(): RoomInfo | undefined {
    if (!this.#isFirst) return undefined;
    this.#isFirst = false;
    const place: Place | undefined = readPlace(this.#options.place());
    if (!place) return undefined;
    const { info, ttwid, pushUrl, resume } = place;
    if (ttwid) this.#cookies.addSetCookies([`ttwid=${ttwid}`]);
    this.#server = Math.max(0, this.#options.config.pushUrls.indexOf(pushUrl));
    this.#resume = { roomId: info.roomId, position: resume };
    return Math.abs(Date.now() - place.at) <= maxPlaceAgeMs ? info : undefined;
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
