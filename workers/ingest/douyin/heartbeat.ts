import { encodePushFrame } from './schema.ts';

const shortestMs = 10_000;
const longestMs = 30_000;

/** The page's own heartbeat: at once, then every 10 s; without it a quiet room is closed after some 20 s. */
export class Heartbeat {
  static readonly bytes: Uint8Array = encodePushFrame({ payloadType: 'hb' });
  readonly #send: (bytes: Uint8Array) => void;
  #everyMs = shortestMs;
  #armedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  start(): void {
    if (this.#stopped) return;
    this.#send(Heartbeat.bytes);
    this.#arm();
  }

  /**
   * What the server asks for, in seconds; never more often than the page does, and never so rarely that the server hangs up. Who asks for
   * something else with each frame does not put off what is due.
   */
  every(seconds: number): void {
    this.#everyMs = Math.min(Math.max(seconds * 1_000, shortestMs), longestMs);
    if (this.#timer && !this.#stopped && this.#everyMs < this.#armedMs) this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #arm(): void {
    clearInterval(this.#timer);
    this.#armedMs = this.#everyMs;
    this.#timer = setInterval(() => {
      this.#send(Heartbeat.bytes);
      if (this.#everyMs !== this.#armedMs) this.#arm();
    }, this.#armedMs);
  }
}
