import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type ListenerOptions = {
  readonly port: number;
  readonly onSocket: (socket: Socket) => void;
};

const againMs = 50;

/** A port that can be closed, so that connections are refused, and opened again; knows every socket, to end them. */
export class Listener implements AsyncDisposable {
  readonly #onSocket: ListenerOptions['onSocket'];
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  /** Servers that do not listen any more, but have connections yet. */
  readonly #ending = new Set<Promise<boolean>>();
  #server: Server | undefined;
  /** Counts the orders to open and to shut: an older one that waits is over. */
  #order = 0;
  #port = 0;

  private constructor({ onSocket }: ListenerOptions) {
    this.#onSocket = onSocket;
  }

  /** @throws the system's error when the port is taken. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await listener.#listen(options.port);
    return listener;
  }

  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Refuses connections from now on; those that stand are not touched. */
  shut(): void {
    this.#order += 1;
    if (this.#server) this.#end(this.#server);
    this.#server = undefined;
  }

  /** Refuses connections for so long; resolves when they are taken again, or when the listener is closed. */
  async shutFor(ms: number): Promise<void> {
    this.shut();
    const order = this.#order;
    const { signal } = this.#closing;
    await wait(ms, undefined, { signal }).catch(() => undefined);
    while (order === this.#order && !signal.aborted) {
      try {
        return await this.#listen(this.#port);
      } catch {
        // Somebody else may have the port for a moment: a connection that leaves from it.
        await wait(againMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Ends all connections, those with work in them too. */
  endSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.shut();
    const ended = [...this.#sockets].map(
      async (socket) =>
        await new Promise<void>((resolve) => {
          if (socket.closed) resolve();
          else socket.once('close', () => resolve());
        }),
    );
    this.endSockets();
    await Promise.all([...ended, ...this.#ending]);
  }

  #end(server: Server): void {
    const ended: Promise<boolean> = once(server, 'close').then(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    server.close();
  }

  async #listen(port: number): Promise<void> {
    const order = this.#order;
    // As asyncio does it: else each piece of a stream waits up to 40 ms for the acknowledgement of the one before.
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // A connection that the client resets is nothing to report.
      socket.on('error', () => undefined);
      this.#onSocket(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    if (order !== this.#order) return this.#end(server);
    const address = server.address();
    if (address !== null && typeof address !== 'string') this.#port = address.port;
    this.#server = server;
  }
}
