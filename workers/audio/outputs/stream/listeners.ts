import type { WebSocket } from 'ws';
import { samplesOf } from '../../format.ts';
import type { ListenerView } from './listener.ts';
import { Listener } from './listener.ts';
import { encodeFrame, helloOf } from './sound-frame.ts';

export interface ListenersOptions {
  room: string;
  /** Tells this stream from others. */
  stream: string;
  /** Says what kind of voice it is; '': nothing. */
  label: string;
  most: number;
}

/** Where one that was connected before had got to. */
export interface Since {
  stream: string;
  position: number;
}

/** Kept for those who lost the connection, or whose sink has ended: they go on where they were. */
const keptSamples = samplesOf(300);
const beatMs = 500;
const closeMs = 300;

/** Everybody who hears the stream now. A new one begins with now. */
export class Listeners implements AsyncDisposable {
  readonly #options: ListenersOptions;
  readonly #all = new Map<WebSocket, Listener>();
  readonly #recent: { message: Buffer; end: number }[] = [];
  readonly #heart = setInterval(() => this.#beat(), beatMs);
  #sequence = 0;
  #position = 0;
  #closed: (() => void) | undefined;

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#all.size >= this.#options.most;
  }

  /** Samples since the stream began. */
  get position(): number {
    return this.#position;
  }

  get views(): ListenerView[] {
    return [...this.#all.values()].map(({ view }) => view);
  }

  add(socket: WebSocket, { address, since }: { address: string; since: Since | undefined }): void {
    const { stream } = this.#options;
    const listener = new Listener(socket, address);
    this.#all.set(socket, listener);
    socket.once('close', () => this.#remove(socket));
    listener.tell(JSON.stringify(helloOf(this.#options)));
    if (!since) return;
    const from = since.stream === stream ? since.position : 0;
    for (const { message, end } of this.#recent) if (end > from) listener.send(message, performance.now());
  }

  /** Sends whole samples, at most 20 ms, to everybody; `at` is when the first is due, in unix milliseconds. */
  send(pcm: Buffer, at: number): void {
    const message = encodeFrame({ sequence: this.#sequence++, position: this.#position, at, pcm });
    this.#position += pcm.byteLength / 2;
    this.#keep(message);
    const now = performance.now();
    for (const listener of this.#all.values()) listener.send(message, now);
  }

  /** Says to everybody that this is the end, once all that was sent is on its way. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heart);
    if (this.#all.size === 0) return;
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    for (const listener of this.#all.values()) listener.close();
    const late = setTimeout(() => {
      for (const listener of this.#all.values()) listener.terminate();
    }, closeMs);
    await closed;
    clearTimeout(late);
  }

  #keep(message: Buffer): void {
    this.#recent.push({ message, end: this.#position });
    while ((this.#recent[0]?.end ?? Infinity) <= this.#position - keptSamples) this.#recent.shift();
  }

  #remove(socket: WebSocket): void {
    this.#all.delete(socket);
    if (this.#all.size === 0) this.#closed?.();
  }

  #beat(): void {
    const text = JSON.stringify({ kind: 'alive', position: this.#position });
    for (const listener of this.#all.values()) listener.beat(performance.now(), text);
  }
}
