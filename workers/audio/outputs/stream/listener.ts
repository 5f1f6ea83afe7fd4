import type { RawData, WebSocket } from 'ws';
import { samplesOf } from '../../format.ts';
import { headerBytes } from './sound-frame.ts';

/** Sound that waits in this process for one listener: 200 ms. */
const maxWaitingBytes = 2 * samplesOf(200) + 10 * headerBytes;
/** A ping that is not answered by then means as much sound on the way, which nobody wants that late. */
const behindMs = 1_000;
const deadMs = 10_000;
/** Reports of a page are taken so often. */
const reportEveryMs = 200;

export interface ListenerView {
  connectedAt: number;
  address: string;
  sentFrames: number;
  droppedFrames: number;
  /** Between a ping and its answer, which waits behind all sound before it. */
  lagMs: number;
  /** What the page said of itself last. */
  page: Record<string, string | number>;
}

/** Somebody who hears the stream. Who does not take it fast enough gets gaps; who is gone is cut off. */
export class Listener {
  readonly #socket: WebSocket;
  readonly #view: ListenerView;
  #pingedAt: number | undefined;
  #reportedAt = -Infinity;

  constructor(socket: WebSocket, address: string) {
    this.#socket = socket;
    this.#view = {
      connectedAt: Date.now(),
      address,
      sentFrames: 0,
      droppedFrames: 0,
      lagMs: 0,
      page: {},
    };
    socket.on('pong', () => this.#answered());
    socket.on('message', (data, isBinary) => this.#report(data, isBinary));
    // A broken connection ends in `close`.
    socket.on('error', () => socket.terminate());
  }

  get view(): ListenerView {
    return this.#view;
  }

  tell(text: string): void {
    if (this.#isOpen) this.#socket.send(text);
  }

  send(frame: Buffer, now: number): void {
    if (!this.#isOpen || this.#isBehind(now)) {
      this.#view.droppedFrames += 1;
      return;
    }
    this.#view.sentFrames += 1;
    this.#socket.send(frame);
  }

  /** To be called a few times a second, on a monotonic clock. */
  beat(now: number, text: string): void {
    if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt > deadMs) this.#socket.terminate();
      return;
    }
    if (!this.#isOpen) return;
    this.#pingedAt = now;
    this.#socket.send(text);
    this.#socket.ping();
  }

  /** Says that the stream ends here and goes on elsewhere. */
  close(): void {
    this.#socket.close(1012, 'the sound goes on elsewhere');
  }

  terminate(): void {
    this.#socket.terminate();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #isBehind(now: number): boolean {
    if (this.#socket.bufferedAmount > maxWaitingBytes) return true;
    return this.#pingedAt !== undefined && now - this.#pingedAt > behindMs;
  }

  #answered(): void {
    if (this.#pingedAt === undefined) return;
    this.#view.lagMs = Math.round(performance.now() - this.#pingedAt);
    this.#pingedAt = undefined;
  }

  #report(data: RawData, isBinary: boolean): void {
    const now = performance.now();
    if (isBinary || !Buffer.isBuffer(data) || now - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = now;
    this.#view.page = readReport(data.toString());
  }
}

const figures = ['state', 'bufferedMs', 'targetMs', 'underruns', 'skippedMs', 'lostMs', 'connections'];

/** What of a page's report is shown: known names, numbers and short words. Anything else is nothing. */
export function readReport(text: string): Record<string, string | number> {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof report !== 'object' || report === null) return {};
  return Object.fromEntries(
    Object.entries(report).filter(
      (entry): entry is [string, string | number] =>
        figures.includes(entry[0]) &&
        ((typeof entry[1] === 'string' && entry[1].length <= 20) || Number.isFinite(entry[1])),
    ),
  );
}
