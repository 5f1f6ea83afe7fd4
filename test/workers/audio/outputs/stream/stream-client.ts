import { EventEmitter, on } from 'node:events';
import { WebSocket } from 'ws';
import type { Test } from 'tap';
import type { Hello, SoundFrame } from '../../../../../workers/audio/outputs/stream/sound-frame.ts';
import { decodeFrame } from '../../../../../workers/audio/outputs/stream/sound-frame.ts';

/** Hears a stream as any program may, and remembers all of it. */
export class StreamClient {
  readonly socket: WebSocket;
  readonly frames: (SoundFrame & { cameAt: number })[] = [];
  hello: Hello | undefined;
  closed: number | undefined;
  /** The answer to a handshake that was refused, or why there was none. */
  refused = '';
  readonly #events = new EventEmitter();

  constructor(t: Test, pageUrl: string, { query = '', headers = {} } = {}) {
    this.socket = new WebSocket(`${pageUrl.replace('http', 'ws')}sound${query}`, { headers });
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push({ ...decodeFrame(data), cameAt: performance.now() });
      else this.hello ??= JSON.parse(data.toString()) as Hello;
      this.#events.emit('happened');
    });
    this.socket.on('close', (code) => {
      this.closed = code;
      this.#events.emit('happened');
    });
    this.socket.on('error', (error) => {
      this.refused = error.message;
      this.#events.emit('happened');
    });
    t.teardown(() => this.socket.terminate());
  }

  async until(is: (client: this) => boolean): Promise<void> {
    if (is(this)) return;
    for await (const _ of on(this.#events, 'happened')) if (is(this)) return;
  }

  /** Everything that was heard. */
  get pcm(): Int16Array {
    const bytes = Buffer.concat(this.frames.map(({ pcm }) => pcm));
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  /** Positions at which samples are missing before. */
  get gaps(): number {
    return this.frames.filter(({ position }, n) => {
      const before = this.frames[n - 1];
      return before !== undefined && position !== before.position + before.pcm.byteLength / 2;
    }).length;
  }
}
