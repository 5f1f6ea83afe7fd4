import type { RawData, WebSocket } from 'ws';
import { FrameQueue } from '../douyin/frame-queue.ts';
import type { Feed, FeedEnd, Observation, RawMessage, SourceFrame, SourceParts } from '../source.ts';
import { TimeSlice } from '../time-slice.ts';
import { Liveness } from './liveness.ts';

/** Far above any real message. One message is read without a pause, so its size is what bounds that time. */
const maxMessageBytes = 2 * 1024 * 1024;
/** A server that does not read gets no more from us. */
const maxUnsentBytes = 1024 * 1024;
const closeTimeoutMs = 100;
const livenessMs = 20_000;

/** What is in a message, or why the feed is over. */
export type Reading = Observation[] | FeedEnd;
export type ReadMessage = (message: RawMessage) => Reading | Promise<Reading>;

export type FeedParts = Pick<SourceParts, 'room' | 'tally' | 'faults' | 'isCertain' | 'onRaw'>;

interface SocketFeedOptions {
  parts: FeedParts;
  /** Throws for nothing: what cannot be read is its own affair. */
  read: ReadMessage;
  /** Hears of each message as it arrives, ahead of those that wait. */
  onArrival?: (message: RawMessage) => void;
  /** Whether to ask by ping, and give up one that used to answer. */
  asksByPing?: boolean;
  /** Longest message that is read. */
  maxBytes?: number;
}

interface Waiting {
  bytes: Buffer;
  message: RawMessage;
}

/**
 * An open WebSocket whose messages are read one by one: a bounded queue that pauses the socket, pings answered, the other side's
 * silent death noticed. Whatever comes over it, it lives until the server or its owner ends it. Each message is one frame.
 */
export class SocketFeed implements Feed {
  title = '';
  anchor = '';
  readonly #options: SocketFeedOptions;
  readonly #socket: WebSocket;
  readonly #queue: FrameQueue<Waiting>;
  readonly #liveness: Liveness;
  readonly #closed = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  #end: FeedEnd | undefined;
  #stopListening = () => {};

  /** Takes the socket while it is still connecting; `begin` once it is open. */
  constructor(socket: WebSocket, options: SocketFeedOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#queue = new FrameQueue({ onFull: () => socket.pause(), onRoom: () => socket.resume() });
    this.#liveness = new Liveness({
      everyMs: livenessMs,
      ask: () => this.#askForPong(),
      onLost: () => this.giveUp({ reason: 'no answer to a ping', waitMs: 0, trouble: 'network' }),
    });
    socket.on('message', this.#onMessage);
    socket.on('ping', this.#onPing);
    socket.on('pong', this.#onPong);
    socket.once('close', this.#onClose);
  }

  /** Aborts when the connection is closed, or is being closed. */
  get ended(): AbortSignal {
    return this.#over.signal;
  }

  /** Something that arrived waits for its reader: silence means nothing then. */
  get isBehind(): boolean {
    return this.#queue.length > 0 || this.#socket.isPaused;
  }

  begin(): void {
    if (this.#options.asksByPing ?? true) this.#liveness.start();
  }

  async *frames(stopReading: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd> {
    const stop = () => {
      this.#socket.off('message', this.#onMessage);
      this.#queue.end();
    };
    stopReading.addEventListener('abort', stop, { once: true });
    this.#stopListening = () => stopReading.removeEventListener('abort', stop);
    if (stopReading.aborted) stop();
    const slice = new TimeSlice();
    try {
      for (;;) {
        const waiting = await this.#queue.take();
        if (!waiting) return this.#end ?? { reason: 'reading was stopped', waitMs: 0 };
        if (slice.isOver) await slice.next();
        const reading = await this.#options.read(waiting.message);
        if (!Array.isArray(reading)) return reading;
        this.#options.parts.tally.count('messages');
        yield {
          receivedAt: waiting.message.receivedAt,
          observations: reading,
          acknowledge: () => undefined,
        };
      }
    } finally {
      this.#stopListening();
    }
  }

  /** False: not sent, because nobody may be told anything now, or nobody listens. */
  send(data: string | Uint8Array): boolean {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN || !this.#options.parts.isCertain()) return false;
    if (socket.bufferedAmount > maxUnsentBytes) return false;
    socket.send(data, { binary: typeof data !== 'string' }, () => undefined); // A failure shows as `close`.
    return true;
  }

  /** Ends it from this side: its frames end with the reason, after those that wait. */
  giveUp(end: FeedEnd): void {
    this.#end ??= end;
    this.#queue.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    this.#liveness[Symbol.dispose]();
    this.#stopListening();
    this.#queue.end();
    const socket = this.#socket;
    socket.off('message', this.#onMessage);
    socket.off('ping', this.#onPing);
    socket.off('pong', this.#onPong);
    // A paused socket would never see its own close.
    socket.resume();
    socket.close(1000);
    const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
    await this.#closed.promise;
    clearTimeout(timer);
  }

  #onMessage = (data: RawData, isBinary: boolean): void => {
    const { parts, onArrival, maxBytes = maxMessageBytes } = this.#options;
    const { tally, faults, room, onRaw } = parts;
    if (!Buffer.isBuffer(data)) return;
    tally.count('frames');
    this.#liveness.heard();
    if (data.byteLength > maxBytes) {
      tally.count('oversized');
      faults.report('oversized', { room, bytes: data.byteLength }, 'a message that is too large to be read');
      return;
    }
    const message: RawMessage = { receivedAt: Date.now(), form: isBinary ? 'binary' : 'text', data };
    onRaw(message);
    onArrival?.(message);
    this.#queue.add({ bytes: data, message });
  };

  #onPing = (data: Buffer): void => {
    this.#liveness.heard();
    if (this.#options.parts.isCertain() && this.#socket.readyState === this.#socket.OPEN)
      this.#socket.pong(data, undefined, () => undefined); // A failure shows as `close`.
  };

  #onPong = (): void => this.#liveness.answered();

  #onClose = (code: number, reason: Buffer): void => {
    const text = reason.toString('utf8').slice(0, 100);
    this.#end ??= { reason: `closed with ${code} ${text}`.trim(), waitMs: 0 };
    this.#socket.off('message', this.#onMessage);
    this.#liveness[Symbol.dispose]();
    this.#queue.end();
    this.#over.abort();
    this.#closed.resolve();
  };

  #askForPong(): boolean {
    const socket = this.#socket;
    if (socket.isPaused || socket.readyState !== socket.OPEN || !this.#options.parts.isCertain())
      return false;
    socket.ping(undefined, undefined, () => undefined); // A failure shows as `close`.
    return true;
  }
}
