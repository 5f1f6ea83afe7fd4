import { createServer } from 'node:net';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import t from 'tap';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import { setUpBus } from '../../supervisor/bus-setup.ts';
import { findNatsServer } from '../../supervisor/nats-binary.ts';
import { NatsProcess } from '../../supervisor/nats-process.ts';
import { isAlive, readProcess } from '../../supervisor/process-table.ts';
import { next, ownNats, tempHome } from './own-nats.ts';
import { SteadyPublisher, storedIds } from './stored-ids.ts';

void t.test(
  'NatsServer is back on its port after SIGKILL and after SIGSTOP, with everything that it acked',
  async (t) => {
    await using nats = await ownNats(tempHome(t));
    const { server, heard } = nats;
    await server.start();
    const { url } = server;
    const connection = await nats.connect();
    await setUpBus(connection);
    const publisher = new SteadyPublisher(connection);
    await publisher.more(50);
    for (const [signal, said] of [
      ['SIGKILL', /SIGKILL/],
      ['SIGSTOP', /stopped for/],
    ] as const) {
      const { pid } = server;
      const { startTime } = readProcess(pid) ?? {};
      const lost = next(heard, 'down');
      const back = next(heard, 'up');
      process.kill(pid, signal);
      t.match(await lost, said);
      t.equal(isAlive(pid, startTime), false, 'gone before another one starts');
      await back;
      t.equal(server.url, url);
      t.not(server.pid, pid);
      await publisher.more(50);
    }
    await publisher.stop();
    t.equal(server.restarts, 2);
    t.same(await storedIds(connection, 'EVENTS'), publisher.acked, 'each once and in order');
  },
);

void t.test('NatsServer replaces a server that runs but answers nobody', async (t) => {
  await using nats = await ownNats(tempHome(t));
  const { server, heard } = nats;
  await server.start();
  const lost = next(heard, 'down');
  const back = next(heard, 'up');
  // Without a free descriptor it accepts no connection any more.
  await promisify(execFile)('prlimit', ['--pid', String(server.pid), '--nofile=4:']);
  t.match(await lost, /no good answer to 3 probes/);
  await back;
});

void t.test(
  'NatsServer goes to its other address when somebody has taken its port, and clients follow',
  async (t) => {
    await using nats = await ownNats(tempHome(t));
    const { server, heard } = nats;
    await server.start();
    const connection = await nats.connect();
    await setUpBus(connection);
    const [first, second] = server.servers;
    const squatter = createServer((socket) => socket.on('error', () => undefined));
    t.teardown(() => squatter.close());
    const back = next(heard, 'up');
    const reconnected = statusOf(connection, 'reconnect');
    process.kill(server.pid, 'SIGKILL');
    // Takes the port at the moment at which nobody has it.
    const take = () => squatter.listen(Number(new URL(first ?? '').port), '127.0.0.1');
    squatter.on('error', () => setImmediate(take));
    take();
    await back;
    t.equal(server.url, second);
    t.same(server.servers, [second, first]);
    await reconnected;
  },
);

void t.test('NatsServer ends a server that an earlier supervisor left on the same store', async (t) => {
  const home = tempHome(t);
  {
    await using earlier = await ownNats(home);
    await earlier.server.start();
    const connection = await earlier.connect();
    await setUpBus(connection);
    await publish(connection, 1);
  }
  // One that nobody watches, as after the end of its supervisor, and that hears no signal but the last.
  const leftover = new NatsProcess({
    binary: (await findNatsServer(resolve(import.meta.dirname, '../..'))).path,
    configFile: join(home, 'run', 'nats.conf'),
    logFolder: join(home, 'log'),
    onNoLog: () => undefined,
  });
  t.teardown(async () => await leftover.end('SIGKILL', 5_000));
  leftover.signal('SIGSTOP');
  await using nats = await ownNats(home);
  await nats.server.start();
  t.equal(isAlive(leftover.pid), false);
  const connection = await nats.connect();
  await setUpBus(connection);
  t.same(await storedIds(connection, 'EVENTS'), ['id-0']);
});

void t.test('NatsServer says in the server’s own words why it does not start', async (t) => {
  const home = tempHome(t);
  const { bus } = configSchema.parse(demoConfig);
  await using nats = await ownNats(home, { bus: { ...bus, sync: 'soon' } });
  await t.rejects(nats.server.start(), /nats-server does not start: it ended with code 1: .*sync_interval/);
});

void t.test('NatsServer starts without its logs where they cannot be had', async (t) => {
  const home = tempHome(t);
  for (const name of ['nats-server.log', 'nats-server.err'])
    mkdirSync(join(home, 'log', name), { recursive: true });
  await using nats = await ownNats(home);
  await nats.server.start();
  const again = next(nats.heard, 'up');
  rmSync(join(home, 'log'), { recursive: true });
  nats.server.restart();
  await again;
  t.ok(existsSync(join(home, 'log', 'nats-server.log')), 'it has one again as soon as it can');
});

void t.test('NatsServer sets a store aside that cannot be opened', async (t) => {
  const home = tempHome(t);
  mkdirSync(join(home, 'jetstream'));
  writeFileSync(join(home, 'jetstream', 'jetstream'), 'not a folder');
  await using nats = await ownNats(home);
  const said = next(nats.heard, 'up');
  await nats.server.start();
  t.match(await said, /the store could not be opened .* lies in .*damaged\/store and begins anew/);
  t.ok(existsSync(join(home, 'damaged', 'store', 'jetstream')));
});

void t.test(
  'NatsServer puts the description of a damaged stream back, or sets the stream aside',
  async (t) => {
    const home = tempHome(t);
    await using nats = await ownNats(home);
    const { server, heard } = nats;
    await server.start();
    const connection = await nats.connect();
    await setUpBus(connection);
    await publish(connection, 20);
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    t.equal(server.pid, 0);

    const events = join(home, 'jetstream', 'jetstream', 'ONAIR', 'streams', 'EVENTS');
    writeFileSync(join(events, 'meta.inf'), '');
    {
      await using again = await ownNats(home);
      const said = next(again.heard, 'up');
      await again.server.start();
      t.match(await said, /EVENTS was damaged and put back/);
      const second = await again.connect();
      t.same(await setUpBus(second), []);
      t.equal((await storedIds(second, 'EVENTS')).length, 20);
    }

    writeFileSync(join(events, 'meta.inf'), '');
    writeFileSync(join(home, 'run', 'stream-meta', 'ONAIR', 'EVENTS', 'meta.inf'), '');
    {
      await using again = await ownNats(home);
      const said = next(again.heard, 'up');
      await again.server.start();
      t.match(await said, /EVENTS was not readable, lies in .*damaged\/EVENTS and begins anew/);
      const second = await again.connect();
      await setUpBus(second);
      await publish(second, 3);
      t.equal((await storedIds(second, 'EVENTS')).length, 3);
      t.ok(statSync(join(home, 'damaged', 'EVENTS', 'msgs')).isDirectory());
    }
    t.equal(heard.listenerCount('up'), 0);
  },
);

void t.test('setUpBus() tells of messages that a damaged store has lost', async (t) => {
  const home = tempHome(t);
  {
    await using nats = await ownNats(home);
    await nats.server.start();
    const connection = await nats.connect();
    await setUpBus(connection);
    // More than one file of 8 MB.
    await publish(connection, 300, 60_000);
  }
  const messages = join(home, 'jetstream', 'jetstream', 'ONAIR', 'streams', 'EVENTS', 'msgs');
  const [first = ''] = readdirSync(messages)
    .filter((name) => name.endsWith('.blk'))
    .toSorted();
  truncateSync(join(messages, first), Math.floor(statSync(join(messages, first)).size / 2));
  // After a power cut there is no index yet; with one, the server believes it and looks no further.
  rmSync(join(messages, 'index.db'), { force: true });
  await using nats = await ownNats(home);
  await nats.server.start();
  const connection = await nats.connect();
  const [loss, ...others] = await setUpBus(connection);
  t.equal(loss?.stream, 'EVENTS');
  t.equal((await storedIds(connection, 'EVENTS')).length, 300 - (loss?.missing ?? 0));
  t.same(others, []);
});

async function publish(connection: NatsConnection, count: number, bytes = 10): Promise<void> {
  const js = jetstream(connection);
  const payload = new Uint8Array(bytes);
  for (let index = 0; index < count; index++)
    await js.publish('live.demo.event.chat', payload, { msgID: `id-${index}` });
}

async function statusOf(connection: NatsConnection, type: string): Promise<void> {
  for await (const status of connection.status()) if (status.type === type) return;
  throw new Error(`The connection closed before ${type}`);
}

void t.test('NatsServer outlives a full disk on which nothing can be removed', async (t) => {
  const home = tempHome(t);
  // Stands for a log on a disk that has turned read-only.
  mkdirSync(join(home, 'log', 'nats-server.log.1'), { recursive: true });
  await using nats = await ownNats(home, { reserveBytes: Number.MAX_SAFE_INTEGER });
  const full = next(nats.heard, 'full');
  await nats.server.start();
  t.match(await full, /MB are left/);
  t.ok(isAlive(nats.server.pid));
});
