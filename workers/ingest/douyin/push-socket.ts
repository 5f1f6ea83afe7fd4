import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { SourceError } from '../source.ts';

const handshakeTimeoutMs = 10_000;
/** Well above the largest frame that is read (8 MB): one in between costs only itself, one beyond this costs the connection. */
const maxPayloadBytes = 64 * 1024 * 1024;

export type SocketOpening = { kind: 'open'; socket: WebSocket } | { kind: 'blocked'; reason: string };

interface OpenSocketOptions {
  address: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Called as soon as the socket exists, so that no early frame is missed. */
  onSocket: (socket: WebSocket) => void;
}

/**
 * Connects to a push server. Whoever takes the socket has to answer pings: without that Douyin closes after some 21 s.
 * `blocked` when the server refuses this client; throws SourceError for anything else that is not an open socket.
 */
export async function openPushSocket(options: OpenSocketOptions): Promise<SocketOpening> {
  const { address, headers, signal, onSocket } = options;
  signal.throwIfAborted();
  const { origin, ...others } = headers;
  const socket = new WebSocket(address, {
    headers: others,
    ...(origin === undefined ? {} : { origin }),
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: maxPayloadBytes,
    handshakeTimeout: handshakeTimeoutMs,
  });
  const opening = Promise.withResolvers<SocketOpening>();
  // Stays for good: a socket that is ended while it connects, or fails later, emits `error` and nobody else may be listening.
  socket.on('error', (error) => {
    opening.reject(new SourceError('network', `Push server: ${error.message}`, { cause: error }));
    // What breaks an open one (a frame beyond all bounds) is answered by a close frame, and Douyin would let us wait for its own in vain.
    socket.terminate();
  });
  const onOpen = () => opening.resolve({ kind: 'open', socket });
  const onAbort = () => opening.reject(signal.reason as Error);
  const onRefusal = (_request: unknown, response: IncomingMessage) => {
    response.resume();
    const reason = describeRefusal(response);
    if (isBlocked(response)) return opening.resolve({ kind: 'blocked', reason });
    const code = (response.statusCode ?? 0) >= 500 ? 'network' : 'business';
    return opening.reject(new SourceError(code, `Push server refused: ${reason}`));
  };
  socket.once('open', onOpen);
  socket.once('unexpected-response', onRefusal);
  signal.addEventListener('abort', onAbort, { once: true });
  onSocket(socket);
  let opened = false;
  try {
    const result = await opening.promise;
    opened = result.kind === 'open';
    return result;
  } finally {
    socket.off('open', onOpen);
    socket.off('unexpected-response', onRefusal);
    signal.removeEventListener('abort', onAbort);
    if (!opened) socket.terminate();
  }
}

/**
 * 200 instead of 101 means a wrong signature or a device that is blocked; the headers say which. 502 was the answer to a wrong signature
 * in 2023, and who asks too often is not helped by asking again.
 */
function isBlocked({ statusCode = 0, headers }: IncomingMessage): boolean {
  return (
    [200, 401, 403, 415, 429, 502].includes(statusCode) ||
    headers['handshake-status'] === '415' ||
    headers['handshake-msg'] === 'DEVICE_BLOCKED'
  );
}

function describeRefusal({ statusCode = 0, headers }: IncomingMessage): string {
  const message = [headers['handshake-msg'] ?? '', headers['handshake-status'] ?? ''].flat().filter(Boolean);
  const hint = statusCode === 502 ? '(seen for a wrong signature)' : '';
  return [`HTTP ${statusCode}`, ...message, hint].filter(Boolean).join(' ').slice(0, 200);
}
