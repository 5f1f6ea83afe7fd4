import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { LateStream } from './late-stream.ts';

export interface TcpProxyOptions {
  /** `host:port`, asked for each connection; empty when nobody is there, and the connection is then refused. */
  target: () => string;
}

interface Pair {
  near: Socket;
  far: Socket;
  up: LateStream;
  down: LateStream;
}

/** Stands between a client and a server on this machine and does to their connections what networks do. */
export class TcpProxy implements AsyncDisposable {
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true });
  readonly #target: () => string;
  readonly #pairs = new Set<Pair>();
  #latencyMs = 0;

  private constructor({ target }: TcpProxyOptions) {
    this.#target = target;
    this.#server.on('connection', (near) => this.#join(near));
  }

  /** Listens on a port of the system's choice, on loopback. */
  static async open(options: TcpProxyOptions): Promise<TcpProxy> {
    const proxy = new TcpProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Connections that are open on either side. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets all connections; how many there were. */
  cut(): number {
    const pairs = [...this.#pairs];
    for (const { near, far } of pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    return pairs.length;
  }

  /** What is sent from now on arrives so much later, in order; 0: at once again. */
  delay(latencyMs: number): void {
    this.#latencyMs = latencyMs;
  }

  /** The connections there are stay open and say nothing any more, whatever either side does; how many there were. New ones work. */
  halfOpen(): number {
    for (const { up, down } of this.#pairs) {
      up.swallow();
      down.swallow();
    }
    return this.#pairs.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    await closed;
  }

  #join(near: Socket): void {
    const [host, port] = this.#target().split(':');
    if (host === undefined || port === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
    const latencyMs = () => this.#latencyMs;
    const pair: Pair = {
      near,
      far,
      up: new LateStream({ from: near, to: far, latencyMs }),
      down: new LateStream({ from: far, to: near, latencyMs }),
    };
    this.#pairs.add(pair);
    const open = new Set([near, far]);
    for (const socket of open) {
      // Its end follows, and is what matters.
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        if (open.size === 0) this.#pairs.delete(pair);
      });
    }
  }
}
