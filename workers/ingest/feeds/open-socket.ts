import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { TroubleClass } from '../connection-policy.ts';
import { SourceError } from '../source.ts';

const handshakeTimeoutMs = 10_000;
/** One beyond this costs the connection; what is between this and the feed's own limit costs only itself. */
const maxPayloadBytes = 16 * 1024 * 1024;

interface OpenSocketOptions {
  /** Whose it is, for errors. */
  name: string;
  address: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
  /** Called as soon as the socket exists, so that no early frame is missed. Whoever takes it answers pings. */
  onSocket: (socket: WebSocket) => void;
}

/** Connects to a feed. Throws SourceError, by class: no connection, a refusal of who we are, or of what we ask for. */
export async function openSocket(options: OpenSocketOptions): Promise<WebSocket> {
  const { name, address, headers = {}, signal, onSocket } = options;
  signal.throwIfAborted();
  const socket = new WebSocket(address, {
    headers,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: maxPayloadBytes,
    handshakeTimeout: handshakeTimeoutMs,
    followRedirects: false,
  });
  const opening = Promise.withResolvers<void>();
  // Stays for good: a socket that fails later emits `error`, and nobody else may be listening.
  socket.on('error', (error) => {
    opening.reject(
      new SourceError('network', `${name}: ${error.message || 'no connection'}`, { cause: error }),
    );
    socket.terminate();
  });
  const onOpen = () => opening.resolve();
  const onAbort = () => opening.reject(signal.reason as Error);
  const onRefusal = (_request: unknown, response: IncomingMessage) => {
    response.resume();
    const { statusCode = 0, statusMessage = '' } = response;
    const text = `${name} refused: HTTP ${statusCode} ${statusMessage}`.trim();
    opening.reject(new SourceError(classOf(statusCode), text.slice(0, 200)));
  };
  socket.once('open', onOpen);
  socket.once('unexpected-response', onRefusal);
  signal.addEventListener('abort', onAbort, { once: true });
  onSocket(socket);
  let opened = false;
  try {
    await opening.promise;
    opened = true;
    return socket;
  } finally {
    socket.off('open', onOpen);
    socket.off('unexpected-response', onRefusal);
    signal.removeEventListener('abort', onAbort);
    if (!opened) socket.terminate();
  }
}

function classOf(status: number): TroubleClass {
  if ([401, 403, 407].includes(status)) return 'authentication';
  return status >= 500 ? 'network' : 'business';
}
