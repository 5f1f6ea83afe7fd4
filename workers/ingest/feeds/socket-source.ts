import type { Opening, RawMessage, Source, SourceParts } from '../source.ts';
import { openSocket } from './open-socket.ts';
import type { ReadMessage } from './socket-feed.ts';
import { SocketFeed } from './socket-feed.ts';

interface OpenFeedOptions {
  name: string;
  address: string;
  headers?: Record<string, string>;
  parts: SourceParts;
  read: ReadMessage;
  onArrival?: (message: RawMessage) => void;
  signal: AbortSignal;
}

/** A feed over a socket to `address`. Throws SourceError. */
export async function openSocketFeed(options: OpenFeedOptions): Promise<SocketFeed> {
  const { name, address, headers = {}, parts, read, onArrival, signal } = options;
  let feed: SocketFeed | undefined;
  await openSocket({
    name,
    address,
    headers,
    signal,
    onSocket: (socket) => {
      feed = new SocketFeed(socket, { parts, read, ...(onArrival ? { onArrival } : {}) });
    },
  });
  if (!feed) throw new Error(`${name}: no socket`);
  feed.begin();
  return feed;
}

/** A source that is nothing but an address: whoever is connected is open. */
export class SocketSource implements Source {
  readonly platform: string;
  readonly #options: Omit<OpenFeedOptions, 'signal'>;

  constructor(platform: string, options: Omit<OpenFeedOptions, 'signal'>) {
    this.platform = platform;
    this.#options = options;
  }

  async open(signal: AbortSignal): Promise<Opening> {
    return { kind: 'open', feed: await openSocketFeed({ ...this.#options, signal }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
