import type { DouyinLiveSource as Config } from '../../../protocol/sources/douyin-live.ts';
import { LiveStatus } from '../feeds/live-status.ts';
import { textIn } from '../feeds/message-text.ts';
import type { SocketFeed } from '../feeds/socket-feed.ts';
import { openSocketFeed } from '../feeds/socket-source.ts';
import type { Opening, RawMessage, Source, SourceParts } from '../source.ts';
import type { DouyinLiveMessage, RoomState } from './read-message.ts';
import { readDouyinLive } from './read-message.ts';
import { DouyinLiveReader } from './reader.ts';

/** The relay says what it knows once it has asked Douyin; it wants to be left connected meanwhile. */
const statusWaitMs = 10_000;

interface Connection {
  feed: SocketFeed;
  status: LiveStatus<RoomState>;
}

const unknownCondition = {
  code: 'status-unknown',
  text: 'douyinLive cannot tell whether the room is on the air: its cookie has expired, or Douyin asks it for a captcha',
};

/**
 * A room through douyinLive. It asks Douyin by itself while the room is off the air and wants its clients to stay connected, as each new
 * one costs it an anonymous session: so the connection is kept over `offline`, and goes on being looked at.
 */
export class DouyinLiveSource implements Source {
  readonly platform = 'douyin';
  readonly #config: Config;
  readonly #parts: SourceParts;
  #waiting: Connection | undefined;
  #isUnknown = false;

  constructor(config: Config, parts: SourceParts) {
    this.#config = config;
    this.#parts = parts;
  }

  async open(signal: AbortSignal): Promise<Opening> {
    if (this.#waiting?.feed.ended.aborted) await this.#leave();
    const connection = (this.#waiting ??= await this.#connect(signal));
    const deadline = AbortSignal.any([signal, connection.feed.ended, AbortSignal.timeout(statusWaitMs)]);
    const state = await connection.status.known(deadline);
    signal.throwIfAborted();
    switch (state) {
      case 'live':
        this.#waiting = undefined;
        return { kind: 'open', feed: connection.feed };
      case 'not-found':
        await this.#leave();
        return { kind: 'not-found', reason: 'douyinLive knows no such room' };
      case 'offline':
      case 'ended':
        return { kind: 'offline', reason: 'douyinLive says so' };
      case 'unknown':
        return { kind: 'offline', reason: 'douyinLive cannot tell' };
      case undefined:
        return { kind: 'offline', reason: 'douyinLive has said nothing yet' };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    const { url, liveId } = this.#config;
    const status = new LiveStatus<RoomState>();
    const reader = new DouyinLiveReader(this.#parts);
    // The first word may come before the feed is there.
    let told = { title: '', anchor: '' };
    let feed: SocketFeed | undefined = undefined as SocketFeed | undefined;
    const onArrival = (raw: RawMessage) => {
      const text = textIn(raw);
      if (text === 'ping') feed?.send('pong');
      const message = newsIn(text, raw.receivedAt, status.current !== 'live');
      if (!message) return;
      told = { title: message.title || told.title, anchor: message.anchor || told.anchor };
      if (feed) Object.assign(feed, told);
      const state = message.kind === 'status' ? message.state : 'live';
      status.set(state);
      this.#tellUnknown(state === 'unknown');
    };
    feed = await openSocketFeed({
      name: 'douyinLive',
      address: `${url.replace(/\/+$/, '')}/ws/${encodeURIComponent(liveId)}`,
      parts: this.#parts,
      read: (message) => reader.read(message),
      onArrival,
      signal,
    });
    Object.assign(feed, told);
    return { feed, status };
  }

  async #leave(): Promise<void> {
    const { feed } = this.#waiting ?? {};
    this.#waiting = undefined;
    await feed?.[Symbol.asyncDispose]();
  }

  #tellUnknown(isOn: boolean): void {
    if (this.#isUnknown === isOn) return;
    this.#isUnknown = isOn;
    this.#parts.onCondition({ ...unknownCondition, isOn });
  }
}

/** A status, or, as long as nothing is known, any message: it says that the room is on the air. What cannot be read is told by the reader. */
function newsIn(text: string, receivedAt: number, isAny: boolean): DouyinLiveMessage | undefined {
  if (!isAny && !text.includes('"system"')) return undefined;
  try {
    const message = readDouyinLive(text, receivedAt);
    return message.kind === 'status' || isAny ? message : undefined;
  } catch {
    return undefined;
  }
}
