import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Test } from 'tap';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { decodeWire } from './webcast-wire.ts';

export interface WebcastServerOptions {
  /** Answers a page; undefined: the page of a live room. */
  page?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Answers a poll of `im/fetch`; undefined: nothing is in the answer. */
  fetch?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers the upgrade itself; false: it is accepted. */
  refuse?: (socket: Duplex, request: IncomingMessage) => boolean;
}

/** A frame that the client sent. */
export interface ClientFrame {
  bytes: Buffer;
  payloadType: string;
  payload: string;
  logId: string;
}

/** A small room: one page, one push server, on one port of the system's choice. Tests say what it sends. */
export class WebcastServer {
  readonly requests: { url: string; headers: IncomingMessage['headers'] }[] = [];
  readonly sockets: WebSocket[] = [];
  readonly frames: ClientFrame[] = [];
  url = '';
  pushUrl = '';
  readonly #events = new EventEmitter();

  static async open(t: Test, { page, fetch, refuse }: WebcastServerOptions = {}): Promise<WebcastServer> {
    const room = new WebcastServer();
    const server = createServer((request, response) => {
      room.#note(request);
      if (request.url?.startsWith('/webcast/im/fetch/'))
        return fetch ? fetch(request, response) : response.end();
      if (page?.(request, response)) return;
      if (request.url === '/') response.setHeader('set-cookie', 'ttwid=visitor; Path=/');
      response.end(request.url === '/' ? 'home' : livePage());
    });
    const push = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      room.#note(request);
      if (refuse?.(socket, request)) return;
      push.handleUpgrade(request, socket, head, (client) => room.#take(client));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(async () => {
      for (const client of room.sockets) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    room.url = `http://127.0.0.1:${port}`;
    room.pushUrl = `ws://127.0.0.1:${port}`;
    return room;
  }

  /** The requests to everything but the polls. */
  get visits(): typeof this.requests {
    return this.requests.filter(({ url }) => !url.startsWith('/webcast/im/fetch/'));
  }

  get socket(): WebSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error('Nobody is connected');
    return last;
  }

  /** Waits until it is so; looked at with everything that happens here. */
  async until(is: (room: this) => boolean): Promise<void> {
    if (is(this)) return;
    for await (const _ of on(this.#events, 'happened')) if (is(this)) return;
  }

  acks(): ClientFrame[] {
    return this.frames.filter(({ payloadType }) => payloadType === 'ack');
  }

  #note(request: IncomingMessage): void {
    this.requests.push({ url: request.url ?? '', headers: request.headers });
    this.#events.emit('happened');
  }

  #take(client: WebSocket): void {
    this.sockets.push(client);
    client.on('message', (bytes: Buffer) => {
      const { payloadType, payload, logId } = decodeWire('PushFrame', bytes) as unknown as {
        payloadType: string;
        payload: Buffer;
        logId: string;
      };
      this.frames.push({ bytes, payloadType, payload: Buffer.from(payload).toString(), logId });
      this.#events.emit('happened');
    });
    client.on('close', () => this.#events.emit('happened'));
    this.#events.emit('happened');
  }
}

/** The page of a room, its data in the pieces that the site streams. */
export function livePage({
  roomId = '7659772534023654196',
  status = 2,
  room = true,
  anchor = { id_str: '100', nickname: '主播小红' },
}: { roomId?: string; status?: number; room?: boolean; anchor?: object } = {}): string {
  const info = {
    roomInfo: {
      ...(room
        ? { room: { id_str: roomId, status, status_str: String(status), title: '卖水果 {"}' }, roomId }
        : {}),
      anchor,
    },
  };
  const state = `d:["$","$L9",null,{"state":{"roomStore":${JSON.stringify(info)},"userStore":{"odin":{"user_unique_id":"7659776308930922010"}}}}]`;
  const middle = Math.floor(state.length / 2);
  const pieces = [state.slice(0, middle), state.slice(middle)];
  const scripts = pieces.map((piece) => `<script>self.__pace_f.push([1,${JSON.stringify(piece)}])</script>`);
  return `<!doctype html><html><body>${scripts.join('\n')}</body></html>`;
}
