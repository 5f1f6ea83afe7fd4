import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createRawServer } from 'node:net';
import type { Server as RawServer, Socket } from 'node:net';
import { once } from 'node:events';
import type { Test } from 'tap';

export interface Asked {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface TestServer {
  address: string;
  port: number;
  /** Everything that was asked, in order. */
  asked: Asked[];
  /** Connections that are open now. */
  sockets: Set<Socket>;
  /** How many connections there have been. */
  connections: () => number;
  /** Settles when one more connection has closed. */
  closed: () => Promise<void>;
  stop: () => Promise<void>;
}

export type Answering = (answer: ServerResponse, asked: Asked, number: number) => unknown;

/** An HTTP server on loopback that answers as it is told. */
export async function openServer(t: Test, answering: Answering, port = 0): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, answer) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const entry = { method, path, headers, body: Buffer.concat(pieces).toString('latin1') };
      asked.push(entry);
      answering(answer, entry, asked.length);
    });
  });
  return { ...(await listen(t, server, port)), asked };
}

/** A server on loopback that does with a connection as it is told, in bytes. */
export async function openRawServer(
  t: Test,
  connected: (socket: Socket, number: number) => void,
): Promise<TestServer> {
  let connections = 0;
  const server = createRawServer((socket) => {
    // What nobody reads has no end either.
    socket.resume();
    connected(socket, ++connections);
  });
  return { ...(await listen(t, server, 0)), asked: [] };
}

async function listen(t: Test, server: Server | RawServer, wanted: number) {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      server.emit('ended');
    });
  });
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    const stopped = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await stopped;
  };
  t.teardown(stop);
  const place = server.address();
  const port = typeof place === 'object' && place ? place.port : 0;
  return {
    address: `http://127.0.0.1:${port}`,
    port,
    sockets,
    connections: () => connections,
    closed: async () => {
      await once(server, 'ended');
    },
    stop,
  };
}

/** Ends a connection as a crashed server does. */
export function reset(answer: ServerResponse): void {
  answer.socket?.resetAndDestroy();
}
