import { connect } from 'node:net';

/** What the monitor port said: `ok`, `unwell` with its words (starting, a stream that is not readable, JetStream off), or nothing. */
export type Health = { kind: 'ok' } | { kind: 'unwell'; text: string } | { kind: 'silent'; text: string };

const host = '127.0.0.1';
const request = `GET /healthz?js-server-only=true HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
const maxAnswer = 8_000;
const buffer = Buffer.allocUnsafeSlow(maxAnswer);
const isOk = /^HTTP\/1\.\d 200\s/;

/**
 * Asks a server of ours how it is. Over a new connection each time, so that one which accepts nobody any more is found out; never throws.
 * In HTTP 1.0, whose answer ends with the connection: importing `node:http` alone costs 6 MB for good. A full disk does not show here
 * (2.10.27): that is `StoreSpace`'s business.
 */
export async function askHealth(port: number, timeoutMs: number, signal: AbortSignal): Promise<Health> {
  if (signal.aborted) return { kind: 'silent', text: 'aborted' };
  const { promise, resolve } = Promise.withResolvers<Health>();
  let answer = '';
  const onread = {
    buffer,
    callback: (length: number) => {
      answer += buffer.toString('utf8', 0, Math.min(length, maxAnswer - answer.length));
      if (!isOk.test(answer)) return true;
      // Its words would say no more.
      resolve({ kind: 'ok' });
      socket.destroy();
      return false;
    },
  };
  const socket = connect({ host, port, onread }, () => socket.write(request));
  const giveUp = (text: string) => {
    resolve({ kind: 'silent', text });
    socket.destroy();
  };
  const onAbort = () => giveUp('aborted');
  const timer = setTimeout(() => giveUp(`no answer within ${timeoutMs} ms`), timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
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
