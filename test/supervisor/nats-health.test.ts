import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import t from 'tap';
import type { Test } from 'tap';
import { askHealth } from '../../supervisor/nats-health.ts';

const never = new AbortController().signal;

/** Says the same to everybody who asks, and closes; nothing: holds the line. */
async function serve(t: Test, answer: string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer !== '' && socket.end(answer));
    t.teardown(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

void t.test('askHealth() tells a well server from an unwell one, in its own words', async (t) => {
  const well = await serve(t, 'HTTP/1.0 200 OK\r\n\r\n{"status":"ok"}');
  t.same(await askHealth(well, 10_000, never), { kind: 'ok' });
  const starting = await serve(t, 'HTTP/1.0 503 x\r\n\r\n{"status":"error","error":"JetStream is starting"}');
  t.same(await askHealth(starting, 10_000, never), { kind: 'unwell', text: 'JetStream is starting' });
  const odd = await serve(t, 'HTTP/1.0 500 x\r\n\r\noops');
  t.same(await askHealth(odd, 10_000, never), { kind: 'unwell', text: 'oops' });
});

void t.test('askHealth() gives a silent one up: in time, when told to, when nobody is there', async (t) => {
  const silent = await serve(t, '');
  t.same(await askHealth(silent, 50, never), { kind: 'silent', text: 'no answer within 50 ms' });
  const stop = new AbortController();
  const asked = askHealth(silent, 60_000, stop.signal);
  stop.abort();
  t.same(await asked, { kind: 'silent', text: 'aborted' });
  t.match(await askHealth(1, 10_000, never), { kind: 'silent', text: /ECONNREFUSED/ });
  const curt = await serve(t, '\n');
  t.same(await askHealth(curt, 10_000, never), { kind: 'silent', text: 'it closed the connection' });
});
