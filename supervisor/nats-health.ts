import { get } from 'node:http';

/** What the monitor port said: `ok`, `unwell` with its words (starting, a stream that is not readable, JetStream off), or nothing. */
export type Health = { kind: 'ok' } | { kind: 'unwell'; text: string } | { kind: 'silent'; text: string };

/**
 * Asks a server of ours how it is. Over a new connection each time, so that one which accepts nobody any more is found out; never throws.
 * It costs some 0.3 ms. A full disk does not show here (2.10.27): that is `StoreSpace`'s business.
 */
export async function askHealth(port: number, timeoutMs: number, signal: AbortSignal): Promise<Health> {
  const { promise, resolve } = Promise.withResolvers<Health>();
  const silent = (error: Error) => resolve({ kind: 'silent', text: error.message });
  const request = get(
    {
      host: '127.0.0.1',
      port,
      path: '/healthz?js-server-only=true',
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    },
    (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text.slice(0, 2_000 - body.length)));
      response.on('error', silent);
      response.on('end', () =>
        resolve(response.statusCode === 200 ? { kind: 'ok' } : { kind: 'unwell', text: errorIn(body) }),
      );
    },
  );
  request.on('error', silent);
  return await promise;
}

function errorIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error : body;
  } catch {
    return body;
  }
}
