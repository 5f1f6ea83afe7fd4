import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import t from 'tap';
import { TcpProxy } from '../../../ops/chaos/tcp-proxy.ts';

/** A server that sends everything back, with a proxy in front of it. */
async function openEcho(
  t: Test,
): Promise<{ proxy: TcpProxy; server: Server; accepted: Socket[]; client: () => Promise<Socket> }> {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy = await TcpProxy.open({ target: () => `127.0.0.1:${port}` });
  const clients: Socket[] = [];
  t.teardown(async () => {
    for (const socket of [...clients, ...accepted]) socket.destroy();
    await proxy[Symbol.asyncDispose]();
    server.close();
    await once(server, 'close');
  });
  const client = async () => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    socket.on('error', () => undefined);
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  return { proxy, server, accepted, client };
}

/** As much as was sent, from what comes back. */
async function echo(socket: Socket, sent: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let got = '';
  const onData = (bytes: Buffer) => {
    got += bytes.toString('utf8');
    if (got.length >= sent.length) resolve(got.slice(0, sent.length));
  };
  socket.on('data', onData);
  socket.write(sent);
  const answer = await promise;
  socket.off('data', onData);
  return answer;
}

/** An error before it is no obstacle. */
async function closing(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  await promise;
}

void t.test('TcpProxy passes bytes and ends of connections on, both ways', async (t) => {
  const { proxy, client } = await openEcho(t);
  const socket = await client();
  t.equal(await echo(socket, 'hello'), 'hello');
  t.equal(proxy.connections, 1);
  const long = 'x'.repeat(3_000_000);
  const received = text(socket);
  socket.end(long);
  t.equal((await received).length, long.length);
  await closing(socket);
  const refused = await TcpProxy.open({ target: () => '' });
  t.teardown(async () => await refused[Symbol.asyncDispose]());
  const nobody = connect({ host: '127.0.0.1', port: refused.port });
  const [error] = (await once(nobody, 'error')) as [NodeJS.ErrnoException];
  t.equal(error.code, 'ECONNRESET');
});

void t.test('TcpProxy.cut() resets the connections there are, and takes new ones', async (t) => {
  const { proxy, accepted, client } = await openEcho(t);
  const socket = await client();
  await echo(socket, 'a');
  const ends = [socket, accepted[0] ?? socket].map(closing);
  t.equal(proxy.cut(), 1);
  await Promise.all(ends);
  t.equal(await echo(await client(), 'b'), 'b');
});

void t.test(
  'TcpProxy.delay() lets what is sent arrive later, in order, until it is taken back',
  async (t) => {
    const { proxy, client } = await openEcho(t);
    const socket = await client();
    await echo(socket, 'a');
    proxy.delay(60);
    const began = performance.now();
    socket.write('1');
    socket.write('2');
    t.equal(await echo(socket, '3'.repeat(10)), `12${'3'.repeat(8)}`);
    t.ok(performance.now() - began >= 115, 'both ways');
    proxy.delay(0);
    t.equal(await echo(await client(), 'now'), 'now');
  },
);

void t.test('TcpProxy.halfOpen() keeps connections open and silent, whatever either side does', async (t) => {
  const { proxy, accepted, client } = await openEcho(t);
  const socket = await client();
  await echo(socket, 'a');
  t.equal(proxy.halfOpen(), 1);
  let heard = 0;
  socket.on('data', () => (heard += 1));
  socket.write('lost');
  accepted[0]?.write('lost too');
  accepted[0]?.end();
  // Another connection's round trip is later than everything above.
  t.equal(await echo(await client(), 'b'), 'b');
  t.equal(heard, 0);
  t.notOk(socket.readableEnded);
  t.notOk(socket.destroyed);
});

void t.test('TcpProxy ends its connections when it is disposed of, also twice', async (t) => {
  const { proxy, client } = await openEcho(t);
  const socket = await client();
  await echo(socket, 'a');
  const closed = closing(socket);
  await proxy[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await closed;
  t.equal(proxy.connections, 0);
});
