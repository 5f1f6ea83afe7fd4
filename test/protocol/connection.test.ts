import { once } from 'node:events';
import { connect as dial, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { setUpBus } from '../../supervisor/bus-setup.ts';
import { ReconnectPace } from '../../protocol/connection.ts';
import type { Bus } from '../../workers/bus.ts';
import { openBus } from '../../workers/open-bus.ts';
import { liveEvent } from '../support/events.ts';
import { ownNats, tempHome } from '../supervisor/own-nats.ts';
import { storedIds } from '../supervisor/stored-ids.ts';

const log = pino({ level: 'silent' });

interface Proxy {
  url: string;
  /** From now on the connections that there are swallow everything, and nobody closes them. New ones work. */
  swallow(): void;
  /** Returns when the server has closed what was swallowed. */
  closedByServer(): Promise<unknown>;
  /** Ends all connections, and listens no longer. */
  close(): void;
}

async function openProxy(t: Test, target: string): Promise<Proxy> {
  const pairs: { near: Socket; far: Socket; swallows: boolean }[] = [];
  const server = createServer((near) => {
    const far = dial(Number(new URL(target).port), '127.0.0.1');
    const pair = { near, far, swallows: false };
    pairs.push(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => {
        if (!pair.swallows) to.write(bytes);
      });
      from.on('close', () => {
        if (!pair.swallows) to.destroy();
      });
      from.on('error', () => undefined);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
  };
  t.teardown(close);
  return {
    close,
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallow: () => {
      for (const pair of pairs) pair.swallows = true;
    },
    closedByServer: async () =>
      await Promise.all(pairs.map(async ({ far }) => far.closed || (await once(far, 'close')))),
  };
}

void t.test(
  'a half-open connection is noticed at both ends, and what was under way goes on over a new one',
  async (t) => {
    await using nats = await ownNats(tempHome(t));
    await nats.server.start();
    const direct = await nats.connect();
    await setUpBus(direct, { rooms: ['demo'] });
    const proxy = await openProxy(t, nats.server.url);
    const signal = AbortSignal.timeout(60_000);
    const access = { ...nats.access, servers: [proxy.url] };
    await using bus = await openBus({ access, name: 'test', log, signal });
    const stop = new AbortController();
    const worked = (async () => {
      const deliveries: number[] = [];
      const options = { maxMessages: 10, signal: stop.signal };
      for await (const { message, deliveries: count } of bus.work('EVENTS', 'reply-demo', 'event', options)) {
        deliveries.push(count);
        await message.ackAck();
        stop.abort();
      }
      return deliveries;
    })();
    await bus.connection.flush();

    proxy.swallow();
    const closed = proxy.closedByServer();
    const begun = performance.now();
    const event = liveEvent({});
    await bus.publish('live.demo.event.chat', 'event', event, { msgId: event.id, signal });
    t.comment(`published after ${Math.round(performance.now() - begun)} ms`);
    await closed;
    t.comment(`closed by the server after ${Math.round(performance.now() - begun)} ms`);
    await worked;
    t.comment(`worked on after ${Math.round(performance.now() - begun)} ms`);
    t.same(await storedIds(direct, 'EVENTS'), [event.id]);
  },
);

void t.test(
  'a publish into a full stream waits, without a storm of tries, until there is room',
  async (t) => {
    await using nats = await ownNats(tempHome(t));
    await nats.server.start();
    const direct = await nats.connect();
    await setUpBus(direct);
    const manager = await jetstreamManager(direct);
    await limit(manager, 10);
    const signal = AbortSignal.timeout(60_000);
    await using bus = await openBus({ access: nats.access, name: 'test', log, signal });
    const event = liveEvent({});
    let tries = 0;
    const { promise: tried, resolve } = Promise.withResolvers<void>();
    const watch = direct.subscribe('live.demo.event.chat', {
      callback: () => {
        tries += 1;
        if (tries === 4) resolve();
      },
    });
    await direct.flush();
    const begun = performance.now();
    const publishing = bus.publish('live.demo.event.chat', 'event', event, { msgId: event.id, signal });
    await tried;
    t.ok(performance.now() - begun >= 300, 'the fourth try comes after 50 + 100 + 200 ms');
    await limit(manager, 1_000_000);
    t.equal((await publishing).duplicate, false);
    watch.unsubscribe();
    t.same(await storedIds(direct, 'EVENTS'), [event.id]);
  },
);

/** EVENTS forgets what is old; here it refuses what is new, as SPEECH and AUDIO do. */
async function limit(manager: JetStreamManager, maxBytes: number): Promise<void> {
  const { config } = await manager.streams.info('EVENTS');
  await manager.streams.update('EVENTS', { ...config, max_bytes: maxBytes, discard: 'new' });
}

void t.test('ReconnectPace does not wait for a clock that was set back', async (t) => {
  await using nats = await ownNats(tempHome(t));
  await nats.server.start();
  const signal = AbortSignal.timeout(20_000);
  await using bus = await openBus({ access: nats.access, name: 'test', log, signal });
  const now = Date.now;
  t.teardown(() => (Date.now = now));
  Date.now = () => now() - 3_600_000;
  nats.server.restart();
  await reconnected(bus, signal);
  t.ok(bus.isConnected);
});

void t.test('hurry() leads a client to a server that is elsewhere now', async (t) => {
  await using nats = await ownNats(tempHome(t));
  await nats.server.start();
  const proxy = await openProxy(t, nats.server.url);
  const signal = AbortSignal.timeout(20_000);
  const pace = new ReconnectPace();
  const access = { ...nats.access, servers: [proxy.url] };
  await using bus = await openBus({ access, name: 'test', log, signal, pace });
  proxy.close();
  while (bus.isConnected) await sleep(5, undefined, { signal });
  pace.hurry(bus.connection, nats.server.servers);
  await reconnected(bus, signal);
  t.equal(bus.connection.getServer(), nats.server.url.replace('nats://', ''));
});

/** Once it has been cut off and is back. */
async function reconnected({ connection }: Bus, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  const seen = (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') return;
  })();
  await Promise.race([seen, promise]);
}
