import type { DouyinSource as DouyinConfig } from '../../../protocol/config.ts';
import { delay } from '../../delay.ts';
import type { Opening, Source, SourceParts } from '../source.ts';
import { SourceError } from '../source.ts';
import { BroadcastWatch } from './broadcast-watch.ts';
import { Conditions } from './conditions.ts';
import { Cookies } from './cookies.ts';
import { readPlace, writePlace } from './place.ts';
import type { Resume } from './push-address.ts';
import { PushHosts } from './push-hosts.ts';
import type { Start } from './room-door.ts';
import { RoomDoor } from './room-door.ts';
import { lookAtRoom, type LookResult } from './room-look.ts';
import type { RoomInfo } from './room-page.ts';
import { RoomPages } from './room-pages.ts';
import { openSigner } from './signer.ts';
import { douyinTimes, type DouyinTimes } from './times.ts';
import { WebClient } from '../web-client.ts';

interface DouyinSourceOptions extends SourceParts {
  config: DouyinConfig;
  times?: DouyinTimes;
}

/** An older place is of no use: the broadcast may be another one, and asking the page costs a second or two. */
const maxPlaceAgeMs = 60_000;
/** So many attempts in a row that found no push connection, and the room is polled instead. */
const pollAfterFailures = 3;

/** A room of Douyin, read as the page in a browser reads it. */
export class DouyinSource implements Source {
  readonly platform = 'douyin';
  readonly #options: DouyinSourceOptions;
  readonly #times: DouyinTimes;
  readonly #web = new WebClient();
  readonly #cookies = new Cookies();
  readonly #conditions: Conditions;
  readonly #pages: RoomPages;
  readonly #hosts: PushHosts;
  readonly #watch: BroadcastWatch;
  readonly #door: RoomDoor;
  readonly #disposed = new AbortController();
  /** The last broadcast that was found, for when the page tells nothing. */
  #known: RoomInfo | undefined;
  #resume: { roomId: string; position: Resume } | undefined;
  #isFirst = true;
  #failures = 0;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: DouyinSourceOptions) {
    const { config, room, faults, tally, times = douyinTimes } = options;
    this.#options = options;
    this.#times = times;
    this.#conditions = new Conditions(options.onCondition);
    const [cookies, web, conditions] = [this.#cookies, this.#web, this.#conditions];
    this.#pages = new RoomPages({ room, source: config, web, cookies, faults });
    this.#watch = new BroadcastWatch({
      room,
      conditions,
      faults,
      times,
      look: async (signal) => await this.#look(signal),
    });
    this.#hosts = new PushHosts({
      ...config,
      onRefused: (host) => {
        tally.count('hostsRefused');
        faults.report('push-host', { room, host }, 'a push server that is none of the platform, passed over');
      },
    });
    this.#door = new RoomDoor({
      ...options,
      times,
      cookies,
      conditions,
      pages: this.#pages,
      hosts: this.#hosts,
      signer: openSigner(config.signer, web),
      watch: this.#watch,
      onMoved: (info, position) => this.#moved(info, position),
    });
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
    await this.#watching;
    await this.#web[Symbol.asyncDispose]();
  }

  async #findAndConnect(signal: AbortSignal): Promise<Opening> {
    const { webRid } = this.#options.config;
    const { verdict, info } = await this.#look(signal);
    if (verdict.kind === 'gone') {
      this.#known = undefined;
      this.#conditions.set('polling', false, 'the room is off the air');
      const { status, reason } = verdict;
      return status === 'not-found'
        ? { kind: 'not-found', reason: `no room ${webRid}` }
        : { kind: 'offline', reason };
    }
    const found = verdict.kind === 'live' ? verdict.info : this.#fallBack(verdict, info);
    if (!found) throw new SourceError('business', `The page of room ${webRid} tells nothing`);
    this.#known = found;
    return await this.#connect(found, signal);
  }

  /** A page that tells nothing is no news: the last broadcast is tried again, or whichever the page names. */
  #fallBack(verdict: LookResult['verdict'], info: RoomInfo): RoomInfo | undefined {
    return verdict.kind === 'unknown' && info.roomId ? info : this.#known;
  }

  /** Undefined: that did not work, and the page has to be asked. */
  async #goOn(info: RoomInfo, signal: AbortSignal): Promise<Opening | undefined> {
    try {
      const opening = await this.#connect(info, signal, { isUnasked: true });
      this.#known = info;
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

  async #look(signal: AbortSignal): Promise<LookResult> {
    const { room, faults } = this.#options;
    const { confirmMs } = this.#times;
    const { belief } = this.#watch;
    return await lookAtRoom(
      { room, faults, confirmMs, belief, pages: this.#pages, conditions: this.#conditions },
      signal,
    );
  }

  async #connect(info: RoomInfo, signal: AbortSignal, { isUnasked = false } = {}): Promise<Opening> {
    this.#watch.begin(info.roomId);
    const start = await this.#door.start(info, this.#takeResume(info), signal);
    const feed = await this.#tryPush(info, start, signal);
    if ('kind' in feed) return feed;
    const isGuest = !this.#cookies.has('sessionid') && !this.#cookies.has('sessionid_ss');
    const before = this.#watching;
    const watching = this.#watch.run(feed, { isGuest, isUnasked }, this.#disposed.signal);
    this.#watching = watching.then(async () => await before);
    return { kind: 'open', feed };
  }

  /** A push connection; else, after a refusal or failures in a row, the room polled; else why not. */
  async #tryPush(info: RoomInfo, start: Start, signal: AbortSignal) {
    const { signAgainMs } = this.#times;
    try {
      let found = await this.#door.push(info, start, signal);
      if ('reason' in found) {
        // Once more, signed anew, at another host: then it is no blip.
        if (!(await delay(signAgainMs, signal))) signal.throwIfAborted();
        found = await this.#door.push(info, start, signal);
      }
      this.#failures = 'reason' in found ? this.#failures + 1 : 0;
      if (!('reason' in found)) return found;
      const { reason } = found;
      return (
        (await this.#door.poll(info, start, { reason, isBlocked: true }, signal)) ??
        ({ kind: 'blocked', reason } as const)
      );
    } catch (error) {
      if (signal.aborted) throw error;
      this.#failures += 1;
      if (this.#failures < pollAfterFailures) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const feed = await this.#door.poll(info, start, { reason, isBlocked: false }, signal);
      if (feed) return feed;
      throw error;
    }
  }

  /** Everything up to here is kept. */
  #moved(info: RoomInfo, resume: Resume): void {
    this.#resume = { roomId: info.roomId, position: resume };
    const at = Date.now();
    const ttwid = this.#cookies.siteValue('ttwid');
    const pushUrl = this.#hosts.current;
    this.#options.onPlace(() =>
      writePlace({ at, info: { ...info, status: 'live' }, ttwid, pushUrl, resume }),
    );
  }

  #takePlace(): RoomInfo | undefined {
    if (!this.#isFirst) return undefined;
    this.#isFirst = false;
    const place = readPlace(this.#options.place());
    if (!place) return undefined;
    const { info, ttwid, pushUrl, resume } = place;
    if (ttwid) this.#cookies.addSetCookies([`ttwid=${ttwid}`]);
    this.#hosts.prefer(pushUrl);
    this.#resume = { roomId: info.roomId, position: resume };
    return Math.abs(Date.now() - place.at) <= maxPlaceAgeMs ? info : undefined;
  }

  /** Used once: the next acknowledged frame sets it again, so that a position which the server dislikes is not tried for ever. */
  #takeResume(info: RoomInfo): Resume | undefined {
    const resume = this.#resume;
    this.#resume = undefined;
    return resume?.roomId === info.roomId ? resume.position : undefined;
  }
}
