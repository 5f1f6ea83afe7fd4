import type { DouyinSource as DouyinConfig } from '../../../protocol/config.ts';
import type { SourceParts } from '../source.ts';
import type { BroadcastWatch } from './broadcast-watch.ts';
import type { Conditions } from './conditions.ts';
import type { Cookies } from './cookies.ts';
import type { FeedParts, Received } from './feed-parts.ts';
import { PollFeed } from './poll-feed.ts';
import type { Resume } from './push-address.ts';
import { defaultResume, fetchQuery, pushAddress } from './push-address.ts';
import { PushFeed } from './push-feed.ts';
import type { PushHosts } from './push-hosts.ts';
import { openPushSocket } from './push-socket.ts';
import { readResponse } from './read-frame.ts';
import type { RoomInfo } from './room-page.ts';
import type { RoomPages } from './room-pages.ts';
import type { Signer } from './signer.ts';
import type { DouyinTimes } from './times.ts';

interface RoomDoorOptions extends SourceParts {
  config: DouyinConfig;
  times: DouyinTimes;
  cookies: Cookies;
  conditions: Conditions;
  pages: RoomPages;
  hosts: PushHosts;
  signer: Signer;
  watch: BroadcastWatch;
  /** Everything up to this position is kept. */
  onMoved: (info: RoomInfo, position: Resume) => void;
}

/** Where reading begins, and what was received in finding that out. */
export interface Start {
  resume: Resume;
  before: Received | undefined;
}

interface WhyPolled {
  reason: string;
  isBlocked: boolean;
}

/** The ways into a broadcast: its push servers, and its polls. */
export class RoomDoor {
  readonly #options: RoomDoorOptions;

  constructor(options: RoomDoorOptions) {
    this.#options = options;
  }

  /** From where we were; else from what `im/fetch` says, when it says anything; else from what the page makes up. */
  async start(info: RoomInfo, resume: Resume | undefined, signal: AbortSignal): Promise<Start> {
    if (resume) return { resume, before: undefined };
    const before = await this.#ask(info, { cursor: '', internalExt: '' }, signal);
    if (!before) return { resume: defaultResume(info, Date.now()), before };
    const { cursor, internalExt, pushServers } = before.response;
    this.#options.hosts.direct(pushServers);
    return { resume: { cursor, internalExt }, before };
  }

  /** A feed over the push server whose turn it is, or why that refuses us; the next try goes to another. Throws as `openPushSocket` and the signer do. */
  async push(info: RoomInfo, start: Start, signal: AbortSignal): Promise<PushFeed | { reason: string }> {
    const { config, conditions, hosts, signer, cookies } = this.#options;
    const { roomId, userUniqueId } = info;
    const { userAgent, pageUrl, webRid } = config;
    const signature = await signer.sign({ roomId, userUniqueId, userAgent }, signal);
    const { resume, before } = start;
    const pushUrl = hosts.current;
    const address = pushAddress({ pushUrl, roomId, userUniqueId, userAgent, signature, resume });
    const origin = pageUrl.replace(/\/+$/, '');
    const cookie = cookies.header();
    let feed: PushFeed | undefined;
    try {
      const opening = await openPushSocket({
        address,
        headers: {
          'user-agent': userAgent,
          referer: `${origin}/${encodeURIComponent(webRid)}`,
          origin,
          ...(cookie ? { cookie } : {}),
        },
        signal,
        onSocket: (socket) => {
          feed = new PushFeed(socket, { ...this.#parts(info), before, onHangUp: this.#onHangUp(pushUrl) });
        },
      });
      if (opening.kind === 'open' && feed) {
        feed.begin();
        conditions.set('polling', false, 'the room is read over a push connection again');
        return feed;
      }
      hosts.failed();
      return { reason: opening.kind === 'blocked' ? opening.reason : 'no feed' };
    } catch (error) {
      if (!signal.aborted) hosts.failed();
      throw error;
    }
  }

  /** The room polled, when `im/fetch` answers. */
  async poll(
    info: RoomInfo,
    start: Start,
    why: WhyPolled,
    signal: AbortSignal,
  ): Promise<PollFeed | undefined> {
    const { conditions, times } = this.#options;
    const first = start.before ?? (await this.#ask(info, start.resume, signal));
    if (!first) return undefined;
    conditions.set(
      'polling',
      true,
      `no push server lets us in (${why.reason}); the room is read by polling, which is slower`,
    );
    return new PollFeed({
      ...this.#parts(info),
      first,
      resume: start.resume,
      // More tries make a refusal worse.
      pushAgainMs: why.isBlocked ? times.pushAgainMs * 4 : times.pushAgainMs,
      poll: async (resume, stop) => await this.#ask(info, resume, stop),
      connect: async (resume, stop) => {
        const found = await this.push(info, { resume, before: undefined }, stop);
        return 'reason' in found ? undefined : found;
      },
    });
  }

  /** Undefined when the site does not answer, or with what is no response: without its own signature it may answer JSON, or nothing. */
  async #ask(info: RoomInfo, resume: Resume, signal: AbortSignal): Promise<Received | undefined> {
    const { pages, config, times, faults, room, onRaw } = this.#options;
    const { roomId, userUniqueId } = info;
    const { userAgent } = config;
    try {
      const query = fetchQuery({ roomId, userUniqueId, userAgent, resume });
      const data = await pages.fetch(query, signal, times.fetchTimeoutMs);
      // Neither `<` nor `{` begins a response.
      if (data.byteLength === 0 || data[0] === 0x3c || data[0] === 0x7b) return undefined;
      const response = readResponse(data);
      if (response.cursor === '') return undefined;
      const receivedAt = Date.now();
      onRaw({ receivedAt, form: 'fetch', data });
      return { response, receivedAt };
    } catch (error) {
      signal.throwIfAborted();
      faults.report('fetch', { err: error, room }, 'a room cannot be polled');
      return undefined;
    }
  }

  #onHangUp(pushUrl: string): ConstructorParameters<typeof PushFeed>[1]['onHangUp'] {
    const { watch, hosts } = this.#options;
    return (end, openForMs) => {
      const treatment = watch.onHangUp(end, openForMs);
      if (treatment.isHostBad && hosts.current === pushUrl) hosts.failed();
      return treatment;
    };
  }

  #parts(info: RoomInfo): FeedParts {
    const { room, tally, faults, isCertain, onRaw, onMoved, watch, hosts } = this.#options;
    return {
      room,
      tally,
      faults,
      isCertain,
      onRaw,
      info,
      onResume: (position) => onMoved(info, position),
      notice: watch.notice,
      onObservations: (observations) => watch.onObservations(observations),
      onResponse: ({ messages, pushServers }) => {
        watch.onResponse(messages.length);
        hosts.direct(pushServers);
      },
    };
  }
}
