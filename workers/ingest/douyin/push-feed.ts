import type { RawData, WebSocket } from 'ws';
import type { Feed, FeedEnd, SourceFrame } from '../source.ts';
import { TimeSlice } from '../time-slice.ts';
import { FrameDecoder } from './decoder.ts';
import type { FeedParts, Received } from './feed-parts.ts';
import { FrameQueue } from './frame-queue.ts';
import type { HangUp, HangUpTreatment } from './hang-ups.ts';
import { Heartbeat } from './heartbeat.ts';
import type { MessagesFrame, RoomResponse } from './read-frame.ts';
import { encodePushFrame } from './schema.ts';

/** A server that does not read gets no more from us. */
const maxUnsentBytes = 1024 * 1024;
/** Time for the last acks to leave; a successor waits for the end of this connection. */
const closeTimeoutMs = 40;

interface PushFeedOptions extends FeedParts {
  /** What was received before the connection was opened, and belongs in front of it. */
  before: Received | undefined;
  /** Says what the end of the connection calls for, unless it was ended from here; `openForMs` is 0 when it never was open. */
  onHangUp: (end: HangUp, openForMs: number) => HangUpTreatment;
}

/** An open push connection: hb, queue, decoding, acks. Whatever comes over it, it lives until the server or its owner ends it. */
export class PushFeed implements Feed {
  readonly title: string;
  readonly anchor: string;
  readonly #options: PushFeedOptions;
  readonly #socket: WebSocket;
  readonly #queue: FrameQueue;
  readonly #decoder: FrameDecoder;
  readonly #heartbeat: Heartbeat;
  readonly #closed = Promise.withResolvers<void>();
  #end: FeedEnd | undefined;
  #openedAt = Infinity;
  readonly #over = new AbortController();
  #stopListening = () => {};

  /** Takes the socket while it is still connecting; `begin` once it is open. */
  constructor(socket: WebSocket, options: PushFeedOptions) {
    this.title = options.info.title;
    this.anchor = options.info.anchor;
    this.#options = options;
    this.#socket = socket;
    this.#decoder = new FrameDecoder({ ...options, anchorId: options.info.anchorId });
    this.#queue = new FrameQueue({ onFull: () => socket.pause(), onRoom: () => socket.resume() });
    this.#heartbeat = new Heartbeat((bytes) => this.#send(bytes));
    socket.on('message', this.#onMessage);
    socket.on('ping', this.#onPing);
    socket.once('close', this.#onClose);
  }

  /** Aborts when the connection is closed, or is being closed. */
  get ended(): AbortSignal {
    return this.#over.signal;
  }

  begin(): void {
    this.#openedAt = Date.now();
    this.#heartbeat.start();
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
    const { before } = this.#options;
    try {
      if (before && !stopReading.aborted) yield await this.#open(before.response, before.receivedAt, slice);
      for (;;) {
        const raw = await this.#queue.take();
        if (!raw) return this.#end ?? { reason: 'reading was stopped', waitMs: 0 };
        if (slice.isOver) await slice.next();
        const frame = this.#decoder.readFrame(raw.bytes);
        if (frame?.kind === 'close') return (this.#end ??= this.#hungUp('close'));
        if (frame?.kind === 'messages') yield await this.#open(frame, raw.receivedAt, slice, frame);
      }
    } finally {
      this.#stopListening();
    }
  }

  /** Ends it from this side: its frames end with the reason. */
  giveUp(reason: string): void {
    this.#end ??= { reason, waitMs: 0 };
    this.#queue.end();
  }

  /** Douyin does not answer a close frame, so the socket is ended after a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    this.#heartbeat.stop();
    this.#stopListening();
    this.#queue.end();
    this.#socket.off('message', this.#onMessage);
    this.#socket.off('ping', this.#onPing);
    // A paused socket would never see its own close.
    this.#socket.resume();
    this.#socket.close(1000);
    const timer = setTimeout(() => this.#socket.terminate(), closeTimeoutMs);
    await this.#closed.promise;
    clearTimeout(timer);
  }

  #onMessage = (data: RawData, isBinary: boolean): void => {
    const { tally, faults, room } = this.#options;
    tally.count('frames');
    if (!isBinary || !Buffer.isBuffer(data)) {
      tally.count('textFrames');
      faults.report('text', { room }, 'a text frame, passed over');
      return;
    }
    const receivedAt = Date.now();
    this.#options.onRaw({ receivedAt, form: 'binary', data });
    this.#queue.add({ bytes: data, receivedAt });
  };

  #onPing = (data: Buffer): void => {
    if (this.#options.isCertain() && this.#socket.readyState === this.#socket.OPEN)
      this.#socket.pong(data, undefined, () => undefined); // A failure shows as `close`.
  };

  #onClose = (code: number, reason: Buffer): void => {
    const text = reason.toString('utf8').slice(0, 100);
    if (!this.#end && !this.#over.signal.aborted) {
      const { reason, ...treatment } = this.#hungUp(code);
      this.#end = { ...treatment, reason: text ? `${reason}: ${text}` : reason };
    }
    this.#socket.off('message', this.#onMessage);
    this.#heartbeat.stop();
    this.#queue.end();
    this.#over.abort();
    this.#closed.resolve();
  };

  #hungUp(end: HangUp): FeedEnd {
    const { reason, waitMs, trouble } = this.#options.onHangUp(end, Math.max(0, Date.now() - this.#openedAt));
    return { reason, waitMs, ...(trouble ? { trouble } : {}) };
  }

  async #open(
    response: RoomResponse,
    receivedAt: number,
    slice: TimeSlice,
    frame?: MessagesFrame,
  ): Promise<SourceFrame> {
    if (response.heartbeatSeconds > 0) this.#heartbeat.every(response.heartbeatSeconds);
    this.#options.onResponse(response);
    const observations = await this.#decoder.observe(response, receivedAt, slice);
    this.#options.onObservations(observations);
    return { receivedAt, observations, acknowledge: () => this.#acknowledge(response, frame) };
  }

  /** Unacknowledged because it was not certain: the room sends it again, and it is known. */
  #acknowledge({ needAck, cursor, internalExt }: RoomResponse, frame: MessagesFrame | undefined): void {
    if (!this.#options.isCertain()) return;
    if (cursor && internalExt) this.#options.onResume({ cursor, internalExt });
    if (!needAck || !frame) return;
    const payload = Buffer.from(internalExt, 'utf8');
    if (this.#send(encodePushFrame({ logId: frame.logId, payloadType: 'ack', payload })))
      this.#options.tally.count('acks');
  }

  #send(bytes: Uint8Array): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN || !this.#options.isCertain()) return false;
    if (this.#socket.bufferedAmount > maxUnsentBytes) return false;
    this.#socket.send(bytes, { binary: true }, () => undefined); // A failure shows as `close`.
    return true;
  }
}
