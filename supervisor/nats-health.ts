import { connect } from 'node:net';

/** What the monitor port said: `ok`, `unwell` with its words (starting, a stream that is not readable, JetStream off), or nothing. */
export type Health = { kind: 'ok' } | { kind: 'unwell'; text: string } | { kind: 'silent'; text: string };

const host = '127.0.0.1';
const request = `GET /healthz?js-server-only=true HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
const maxAnswer = 8_000;

/**
 * Asks a server of ours how it is. Over a new connection each time, so that one which accepts nobody any more is found out; never throws.
 * In HTTP 1.0, whose answer ends with the connection: importing `node:http` alone costs 6 MB for good. A full disk does not show here
 * (2.10.27): that is `StoreSpace`'s business.
 */
export async function askHealth(port: number, timeoutMs: number, signal: AbortSignal): Promise<Health> {
  if (signal.aborted) return { kind: 'silent', text: 'aborted' };
  const { promise, resolve } = Promise.withResolvers<Health>();
  let answer = '';
  const socket = connect({ host, port }, () => socket.write(request));
  const giveUp = (text: string) => {
    resolve({ kind: 'silent', text });
    socket.destroy();
  };
  const onAbort = () => giveUp('aborted');
  const timer = setTimeout(() => giveUp(`no answer within ${timeoutMs} ms`), timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (answer += text.slice(0, maxAnswer - answer.length)));
  socket.on('error', (error) => giveUp(error.message));
  socket.on('close', () => resolve(readHealth(answer)));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function readHealth(answer: string): Health {
  const status = /^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1];
  if (status === undefined) return { kind: 'silent', text: 'it closed the connection' };
  if (status === '200') return { kind: 'ok' };
  return { kind: 'unwell', text: errorIn(answer.slice(answer.indexOf('\r\n\r\n') + 4)) };
}

function errorIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error : body;
  } catch {
    return body;
  }
}
