import { readFileSync } from 'node:fs';
import { STATUS_CODES, createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { refusalOf } from './gate.ts';
import type { Listeners, Since } from './listeners.ts';

export interface DoorOptions {
  host: string;
  listeners: Listeners;
  /** What `/health` says beside the listeners. */
  health: () => Record<string, unknown>;
}

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const pages: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: html },
  '/player.js': { file: 'player.js', type: script },
  '/sound-out.js': { file: 'sound-out.js', type: script },
  '/label.js': { file: 'label.js', type: script },
  '/texts.js': { file: 'texts.js', type: script },
  '/worklet.js': { file: 'worklet.js', type: script },
  '/jitter-buffer.js': { file: 'jitter-buffer.js', type: script },
};

/** The page needs nothing from anywhere else, and nobody has to know that it exists. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; img-src data:; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** More than listeners: pages are fetched beside. */
const maxConnections = 256;

/** The HTTP side of the stream, not yet listening: `/` is the page, `/health` says how it goes, `/sound` is the WebSocket. */
export function openDoor(options: DoorOptions): Server {
  const { host, listeners } = options;
  const files = new Map(
    Object.entries(pages).map(([path, { file, type }]) => [
      path,
      { type, bytes: readFileSync(new URL(`page/${file}`, import.meta.url)) },
    ]),
  );
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 1_024,
  });
  const server = createServer({
    requestTimeout: 5_000,
    headersTimeout: 5_000,
    keepAliveTimeout: 2_000,
    maxHeaderSize: 8_192,
  });
  server.maxConnections = maxConnections;
  server.on('request', (request, response) => {
    request.resume();
    const path = pathOf(request);
    const refusal = refusalOf({ host, hostHeader: request.headers.host, origin: request.headers.origin });
    if (refusal !== undefined) return answer(response, 403, refusal);
    if (request.method !== 'GET') return answer(response, 405, 'Only GET', { allow: 'GET' });
    if (path === '/health') {
      const body = { ...options.health(), position: listeners.position, listeners: listeners.views };
      return answer(response, 200, JSON.stringify(body), { 'content-type': 'application/json' });
    }
    if (path === '/sound') return answer(response, 426, 'A WebSocket', { upgrade: 'websocket' });
    const file = files.get(path);
    if (!file) return answer(response, 404, 'Not here');
    answer(response, 200, file.bytes, { 'content-type': file.type });
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Whoever is gone before the answer is out is nobody's loss.
    stream.on('error', () => stream.destroy());
    const refusal = refusalOf({ host, hostHeader: request.headers.host, origin: request.headers.origin });
    if (refusal !== undefined) return refuse(stream, 403);
    if (request.method !== 'GET' || pathOf(request) !== '/sound') return refuse(stream, 404);
    if (listeners.isFull) return refuse(stream, 503);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const { remoteAddress, remotePort } = request.socket;
      listeners.add(socket, { address: `${remoteAddress}:${remotePort}`, since: sinceOf(request) });
    });
  });
  return server;
}

const urlOf = (request: IncomingMessage) => URL.parse(request.url ?? '', 'http://stream');
const pathOf = (request: IncomingMessage): string => urlOf(request)?.pathname ?? '';

/** `?stream=<id>&position=<samples>`: somebody who was here before, or at the sink before this one. */
function sinceOf(request: IncomingMessage): Since | undefined {
  const query = urlOf(request)?.searchParams;
  const stream = query?.get('stream');
  const position = Number(query?.get('position') ?? NaN);
  return stream && Number.isSafeInteger(position) ? { stream, position } : undefined;
}

function answer(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  more: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers, ...more });
  response.end(body);
}

function refuse(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
