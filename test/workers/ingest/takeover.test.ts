import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventSubject } from '../../../protocol/subjects.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { liveEvent } from '../../support/events.ts';
import { accessTo } from '../../support/nats.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { chat, message, messageFrame } from '../../support/webcast-wire.ts';
import { IngestProcess, eventsOf, untilPlaceSaved } from './ingest-process.ts';
import { RestartableNats } from './restartable-nats.ts';

const gift = (id: string, repeatCount: string, repeatEnd = 0) =>
  message(
    'Gift',
    { user: { id: '7', nickname: '小明' }, giftId: '4', groupId: '99', repeatCount, repeatEnd },
    id,
  );
const sourceOf = ({ url, pushUrl }: WebcastServer) => ({ pageUrl: url, pushUrls: [pushUrl] });

void t.test(
  'a spare goes on in the middle of a streak when ingest is killed, without the page',
  async (t) => {
    const { url } = await RestartableNats.open(t);
    const server = await WebcastServer.open(t);
    const options = { url, home: t.testdir({}), source: sourceOf(server) };
    const active = new IngestProcess(t, options);
    await active.initialise();
    t.equal(server.requests.length, 0, 'a spare asks nothing');
    await active.promote(1);
    await server.until(({ sockets }) => sockets.length === 1);
    server.socket.send(messageFrame([chat('1', '一')], { logId: '1' }));
    await server.until((room) => room.acks().length === 1);
    await untilPlaceSaved(url);
    const spare = new IngestProcess(t, options);
    await spare.initialise();
    // What the spare can only know because it follows the active one.
    server.socket.send(messageFrame([gift('1001', '2')], { logId: '2' }));
    await server.until((room) => room.acks().length === 2);
    t.equal(server.sockets.length, 1, 'one connection, that of the active one');
    const asked = server.requests.length;
    // Kept and not acknowledged: the room will send it again.
    await active.child.kill();
    await spare.promote(2);
    await server.until(({ sockets }) => sockets.length === 2);
    const [push] = server.requests.slice(asked);
    t.match(push?.url, /^\/webcast\/im\/push\/v2\//, 'straight to the push server');
    t.equal(push?.headers.cookie, 'ttwid=visitor', 'as the same visitor');
    const { searchParams } = new URL(push?.url ?? '', server.url);
    t.match(searchParams.get('cursor'), /^cursor-/, 'from where it was');
    t.equal(searchParams.get('user_unique_id'), '7659776308930922010');
    const again = [
      chat('1', '一'),
      gift('1001', '2'),
      gift('1002', '2', 1),
      gift('1003', '5'),
      chat('2', '二'),
    ];
    server.socket.send(messageFrame(again, { logId: '3' }));
    await server.until((room) => room.acks().length === 3);
    const events = await eventsOf(url);
    t.same(
      events.map((event) => (event.kind === 'gift' ? `+${event.count}` : event.id)),
      ['demo:douyin:1', '+2', '+3', 'demo:douyin:2'],
    );
    await server.until(({ requests }) => requests.at(-1)?.url === '/demo');
    t.equal(server.requests.at(-1)?.url, '/demo', 'the page is asked afterwards');
    server.socket.send(messageFrame([chat('3', '三')], { logId: '4' }));
    await server.until((room) => room.acks().length === 4);
    t.equal(server.sockets.length, 2);
  },
);

void t.test('a spare asks the page when the push server does not take it where ingest was', async (t) => {
  const { url } = await RestartableNats.open(t);
  let refusals = 0;
  const server = await WebcastServer.open(t, {
    refuse: (socket) => {
      // Once, and once more with a new signature.
      if (server.sockets.length !== 1 || refusals > 1) return false;
      refusals += 1;
      socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
      return true;
    },
  });
  const options = { url, home: t.testdir({}), source: sourceOf(server) };
  const active = new IngestProcess(t, options);
  await active.initialise();
  await active.promote(1);
  await server.until(({ sockets }) => sockets.length === 1);
  server.socket.send(messageFrame([chat('1', '一')]));
  await untilPlaceSaved(url);
  const spare = new IngestProcess(t, options);
  await spare.initialise();
  await active.child.kill();
  await spare.promote(2);
  await server.until(({ sockets }) => sockets.length === 2);
  t.equal(refusals, 2);
  t.equal(server.requests.filter(({ url: asked }) => asked === '/demo').length, 2, 'the page is asked again');
});

void t.test(
  'a worker that hands over acknowledges what it has read, and is silent before it yields',
  async (t) => {
    const { url } = await RestartableNats.open(t);
    const server = await WebcastServer.open(t);
    const ingest = new IngestProcess(t, { url, home: t.testdir({}), source: sourceOf(server) });
    await ingest.initialise();
    await ingest.promote(1);
    await server.until(({ sockets }) => sockets.length === 1);
    for (let index = 1; index <= 200; index++)
      server.socket.send(messageFrame([chat(String(index), `text ${index}`)], { logId: String(index) }));
    await server.until((room) => room.acks().length > 0);
    const ended = ingest.child.drain(10_000, { handOver: true });
    await ingest.child.waitFor(({ kind }) => kind === 'yielded');
    await server.until(({ socket }) => socket.readyState === 3);
    t.same(await ended, { code: 0, signal: null });
    const ids = (await eventsOf(url)).map(({ id }) => id);
    const acked = server.acks().map(({ logId }) => `demo:douyin:${logId}`);
    // The last acks may be cut off with the connection; the room then sends again what is kept, and that is known.
    t.same(acked, ids.slice(0, acked.length), 'acknowledged is only what is kept');
    t.ok(ids.length - acked.length <= 128, `${ids.length} kept, ${acked.length} acknowledged`);
  },
);

void t.test('a worker that can keep nothing hands over all the same, and acknowledges nothing', async (t) => {
  const nats = await RestartableNats.open(t);
  const server = await WebcastServer.open(t);
  const home = t.testdir({});
  const ingest = new IngestProcess(t, { url: nats.url, home, source: sourceOf(server) });
  await ingest.initialise();
  await ingest.promote(1);
  await server.until(({ sockets }) => sockets.length === 1);
  writeFileSync(join(home, 'journal'), 'in the way');
  await nats.kill();
  server.socket.send(messageFrame([chat('1', '一')]));
  await ingest.child.waitForCounters(({ journalRefused }) => (journalRefused ?? 0) > 0);
  const ended = ingest.child.drain(10_000, { handOver: true });
  await ingest.child.waitFor(({ kind }) => kind === 'yielded');
  await ended;
  t.same(server.acks(), []);
});

void t.test('a worker that was stopped says nothing until it knows that it was not replaced', async (t) => {
  const { url } = await RestartableNats.open(t);
  const server = await WebcastServer.open(t);
  const ingest = new IngestProcess(t, { url, home: t.testdir({}), source: sourceOf(server) });
  await ingest.initialise();
  await ingest.promote(1);
  await server.until(({ sockets }) => sockets.length === 1);
  server.socket.send(messageFrame([chat('1', '一')], { logId: '1' }));
  await server.until((room) => room.acks().length === 1);
  const before = server.frames.length;
  ingest.answersDoubts = false;
  ingest.child.process.kill('SIGSTOP');
  let pongs = 0;
  server.socket.on('pong', () => (pongs += 1));
  server.socket.send(messageFrame([chat('2', '二')], { logId: '2' }));
  server.socket.ping();
  // Longer than its heartbeat may be silent: what a supervisor would take for its end.
  await sleep(1_000);
  ingest.child.process.kill('SIGCONT');
  await ingest.child.waitFor(({ kind }) => kind === 'doubt');
  await ingest.child.waitForCounters(({ frames }) => frames === 2);
  await ingest.child.nextHeartbeat();
  t.equal((await eventsOf(url)).length, 1);
  t.same([server.frames.length, pongs], [before, 0], 'no ack, no heartbeat, no pong');

  ingest.send({ kind: 'confirmed', epoch: 1 });
  await server.until((room) => room.acks().length === 2);
  t.equal((await eventsOf(url)).length, 2);
});

void t.test('a spare that is promoted before it has read the gifts counts none of them again', async (t) => {
  const { url } = await RestartableNats.open(t);
  const server = await WebcastServer.open(t);
  const { signal } = new AbortController();
  const log = pino({ level: 'silent' });
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  const ingest = new IngestProcess(t, { url, home: t.testdir({}), source: sourceOf(server) });
  await ingest.initialise();
  // It sleeps while the gifts are counted, and hears of them and of its promotion at once.
  ingest.child.process.kill('SIGSTOP');
  const gifts = 2_000;
  const totals = Array.from({ length: gifts }, (_, index) => index + 1);
  const publish = async (total: number) => {
    const body = { kind: 'gift', giftId: '4', name: '花', count: 1, total, diamonds: 1 } as const;
    const event = liveEvent({
      id: `demo:douyin:${total}`,
      at: Date.now(),
      body: { ...body, streak: '7/4/99', streakEnd: false },
    });
    await bus.publish(eventSubject('demo', 'gift'), 'event', event, { msgId: event.id, signal });
  };
  await Promise.all(totals.map(publish));
  const promoted = ingest.promote(2);
  ingest.child.process.kill('SIGCONT');
  await promoted;
  await server.until(({ sockets }) => sockets.length === 1);
  const more = [gift('90001', String(gifts)), gift('90002', String(gifts + 3)), chat('90003', '好')];
  server.socket.send(messageFrame(more, { logId: '1' }));
  await server.until((room) => room.acks().length === 1);
  const events = await eventsOf(url);
  t.same(
    events
      .slice(gifts)
      .map((event) => (event.kind === 'gift' ? `+${event.count}` : event.kind))
      .toSorted(),
    ['+3', 'chat'],
  );
});
