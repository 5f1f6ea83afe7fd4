import t from 'tap';
import type { Test } from 'tap';
import type { LiveEvent } from '../../../protocol/event.ts';
import { exitCodes } from '../../../protocol/exit-codes.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { HostedChild, childOptions } from '../../support/child-host.ts';
import { accessTo, startNats } from '../../support/nats.ts';
import { WebcastServer, livePage } from '../../support/webcast-server.ts';
import { chat, message, messageFrame } from '../../support/webcast-wire.ts';

const entry = 'workers/ingest/main.ts';
const silent = openLogger({});
silent.level = 'silent';

function ingest(t: Test, url: string, rooms: object[]): HostedChild {
  const config = { rooms, supervisor: { heartbeatMs: 50 } };
  return new HostedChild(t, {
    entry,
    options: childOptions({ id: 'ingest', role: 'ingest', bus: accessTo(url), config }),
  });
}

const roomOf = (id: string, server: WebcastServer, more: object = {}) => ({
  id,
  source: { type: 'douyin', webRid: id, pageUrl: server.url, pushUrls: [server.pushUrl], ...more },
});

async function eventsOf(url: string): Promise<LiveEvent[]> {
  const signal = AbortSignal.timeout(60_000);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log: silent, signal });
  const events: LiveEvent[] = [];
  const all = bus.read('EVENTS', 'event', { filter: 'live.>', from: { seq: 1 }, untilEnd: true, signal });
  for await (const { body } of all) events.push(body);
  return events;
}

const gift = (id: string, repeatCount: string, repeatEnd = 0) =>
  message(
    'Gift',
    { user: { id: '7', nickname: '小明' }, giftId: '4', groupId: '99', repeatCount, repeatEnd },
    id,
  );

void t.test('ingest brings what a room says to the bus, over its own death, and drains', async (t) => {
  const { url } = await startNats(t);
  const server = await WebcastServer.open(t);
  const first = ingest(t, url, [roomOf('demo', server)]);
  await first.start();
  await server.until(({ sockets }) => sockets.length === 1);
  server.socket.send(messageFrame([chat('1', '多少钱'), gift('1001', '2')], { logId: '1' }));
  await server.until((room) => room.acks().length === 1);
  t.same(
    (await eventsOf(url)).map(({ id }) => id),
    ['demo:douyin:1', 'demo:douyin:1001'],
    'acknowledged means kept',
  );

  await first.kill();
  const second = ingest(t, url, [roomOf('demo', server)]);
  await second.start();
  await server.until(({ sockets }) => sockets.length === 2);
  const again = [
    chat('1', '多少钱'),
    gift('1001', '2'),
    gift('1002', '2', 1),
    gift('1003', '5'),
    chat('2', '包邮吗'),
  ];
  server.socket.send(messageFrame(again, { logId: '2' }));
  await server.until((room) => room.acks().length === 2);
  const events = await eventsOf(url);
  t.same(
    events.map(({ id }) => id),
    ['demo:douyin:1', 'demo:douyin:1001', 'demo:douyin:1003', 'demo:douyin:2'],
  );
  t.match(events[2], { kind: 'gift', count: 3, total: 5 }, 'the streak went on where it was');
  await second.waitForCounters(({ acks, events: count }) => acks === 1 && count === 2);
  t.match(second.counters, { duplicates: 2, giftRepeats: 1, connected: 1 });

  t.same(await second.drain(), { code: 0, signal: null });
  await server.until(({ socket }) => socket.readyState === 3);
});

void t.test(
  'ingest serves a room although another one is off the air, and another cannot be reached',
  async (t) => {
    const { url } = await startNats(t);
    const live = await WebcastServer.open(t);
    const offline = await WebcastServer.open(t, {
      page: (_, response) => {
        response.end(livePage({ status: 4 }));
        return true;
      },
    });
    const nowhere = { pageUrl: 'http://127.0.0.1:1', pushUrls: ['ws://127.0.0.1:1'] };
    const child = ingest(t, url, [
      roomOf('offline', offline),
      { id: 'nowhere', source: { type: 'douyin', webRid: 'x', ...nowhere } },
      roomOf('live', live),
    ]);
    await child.start();
    await live.until(({ sockets }) => sockets.length === 1);
    live.socket.send(messageFrame([chat('1', '在吗')]));
    await live.until((room) => room.acks().length === 1);
    t.match(await eventsOf(url), [{ id: 'live:douyin:1', room: 'live', text: '在吗' }]);
    t.match(
      await child.waitFor((report) => report.kind === 'notice' && report.text.includes('room offline')),
      {
        text: 'room offline: off the air, waiting for the broadcast',
      },
    );
    t.same(await child.drain(), { code: 0, signal: null });
  },
);

void t.test('ingest does not start with a cookie file that cannot be read', async (t) => {
  const { url } = await startNats(t);
  const server = await WebcastServer.open(t);
  const child = ingest(t, url, [roomOf('demo', server, { cookieFile: '/nowhere/cookie' })]);
  await t.rejects(child.start());
  const failed = await child.waitFor((report) => report.kind === 'failed');
  t.match(failed, {
    failure: {
      message: /^rooms\[0\]\.source\.cookieFile: cannot be read: ENOENT.*'\/nowhere\/cookie'$/,
    },
  });
  t.same(await child.ended, { code: exitCodes.badConfiguration, signal: null });
});
