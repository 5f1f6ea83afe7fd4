import { setTimeout as wait } from 'node:timers/promises';
import type { Duplex } from 'node:stream';

/** How slowly: so many bytes, then a pause, for so long in all. */
export type Pace = { readonly forMs: number; readonly bytes: number; readonly pauseMs: number };

/**
 * Sends WebSocket frames a few bytes at a time, as a bad line does.
 *
 * The frame is laid out by hand and written to the stream under the WebSocket, which must not write anything itself
 * while one is under way. Frames that come meanwhile wait here in order.
 */
export class Trickle {
  readonly #stream: Duplex;
  readonly #write: (frame: Uint8Array) => void;
  readonly #stopping = new AbortController();
  readonly #waiting: Uint8Array[] = [];
  #pace: Pace = { forMs: 0, bytes: 1, pauseMs: 0 };
  #until = 0;
  #busy = false;

  /** @param write sends a whole frame at once; used for what still waits when the slow time is over. */
  constructor(stream: Duplex, write: (frame: Uint8Array) => void) {
    this.#stream = stream;
    this.#write = write;
  }

  /** Whether a frame is half sent. */
  get busy(): boolean {
    return this.#busy;
  }

  begin(pace: Pace): void {
    this.#pace = pace;
    this.#until = Date.now() + pace.forMs;
  }

  /** Takes a frame over when it has to go slowly or to queue; answers false when it may be sent as usual. */
  take(frame: Uint8Array): boolean {
    if (!this.#busy && Date.now() >= this.#until) return false;
    this.#waiting.push(frame);
    if (this.#waiting.length > MAX_WAITING)
      this.#stream.destroy(new Error('too many frames wait on a slow line'));
    if (!this.#busy) {
      this.#busy = true;
      this.#run().catch((error: unknown) => {
        if (this.#stopping.signal.aborted) return;
        this.#stream.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    }
    return true;
  }

  /** Drops what waits; for a connection that ended. */
  stop(): void {
    this.#stopping.abort();
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      if (Date.now() >= this.#until) {
        this.#write(frame);
        continue;
      }
      const bytes = Buffer.concat([binaryFrameHead(frame.length), frame]);
      for (let from = 0; from < bytes.length; from += this.#pace.bytes) {
        this.#stream.write(bytes.subarray(from, from + this.#pace.bytes));
        // Past the slow time the rest goes in one piece.
        if (Date.now() < this.#until) await wait(this.#pace.pauseMs, undefined, { signal });
        else {
          this.#stream.write(bytes.subarray(from + this.#pace.bytes));
          break;
        }
      }
    }
    this.#busy = false;
  }
}

/** The head of a final, unmasked binary frame (RFC 6455 §5.2). */
export function binaryFrameHead(length: number): Buffer {
  if (length < 126) return Buffer.from([0x82, length]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x82;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

const MAX_WAITING = 10_000;
