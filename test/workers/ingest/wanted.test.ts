import t from 'tap';
import type { Test } from 'tap';
import { shareOf } from '../../../protocol/sharding.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { chat, messageFrame } from '../../support/webcast-wire.ts';
import { IngestProcess, eventsOf, openWanted } from './ingest-process.ts';
import { RestartableNats } from './restartable-nats.ts';

const sourceOf = ({ url, pushUrl }: WebcastServer) => ({ pageUrl: url, pushUrls: [pushUrl] });
const openSockets = ({ sockets }: WebcastServer): number =>
  sockets.filter(({ readyState }) => readyState === 1).length;

interface CountedRoom {
  server: WebcastServer;
  /** Sockets that were open when another one came; more than none is one too many. */
  doubles: number;
}

async function openRoom(t: Test): Promise<CountedRoom> {
  const room: CountedRoom = {
    server: await WebcastServer.open(t, {
      refuse: () => {
        room.doubles += openSockets(room.server);
        return false;
      },
    }),
    doubles: 0,
  };
  return room;
}

void t.test('a room that is stopped is left, stays so over everything, and is taken up again', async (t) => {
  const nats = await RestartableNats.open(t);
  const [room, sibling] = [await WebcastServer.open(t), await WebcastServer.open(t)];
  const options = {
    url: nats.url,
    home: t.testdir({}),
    source: sourceOf(room),
    others: { sibling: sourceOf(sibling) },
  };
  const want = await openWanted(t, nats.url);
  const ingest = new IngestProcess(t, options);
  await ingest.initialise();
  await ingest.promote(1);
  await Promise.all(
    [room, sibling].map(async (server) => await server.until((one) => openSockets(one) === 1)),
  );
  t.equal(await want('demo', true), false, 'it is wanted already: nothing is changed');
  t.same([room.sockets.length, sibling.sockets.length], [1, 1]);

  for (let index = 1; index <= 50; index++)
    room.socket.send(messageFrame([chat(String(index), `text ${index}`)], { logId: String(index) }));
  await room.until((server) => server.acks().length > 0);
  t.equal(await want('demo', false), true);
  await room.until((server) => openSockets(server) === 0);
  const ids = (await eventsOf(nats.url)).map(({ id }) => id);
  const acked = room.acks().map(({ logId }) => `demo:douyin:${logId}`);
  t.same(acked, ids.slice(0, acked.length), 'what was acknowledged is kept');
  t.equal(await want('demo', false), false, 'stopping it again changes nothing');
  t.equal(openSockets(sibling), 1, 'the other room never noticed');

  const spare = new IngestProcess(t, options);
  await spare.initialise();
  await ingest.child.kill();
  await spare.promote(2);
  await sibling.until((server) => openSockets(server) === 1);
  await nats.kill();
  await nats.start();
  sibling.socket.send(messageFrame([chat('900', '在')], { logId: '900' }));
  await sibling.until((server) => server.acks().some(({ logId }) => logId === '900'));
  t.equal(room.sockets.length, 1, 'nobody connects to a room that is not wanted');

  const again = await openWanted(t, nats.url);
  t.equal(await again('demo', true), true);
  await room.until((server) => openSockets(server) === 1);
  room.socket.send(messageFrame([chat('901', '回来了')], { logId: '901' }));
  await room.until((server) => server.acks().some(({ logId }) => logId === '901'));
  t.ok((await eventsOf(nats.url)).some(({ id }) => id === 'demo:douyin:901'));
});

void t.test('what a stopped room left in the journal goes to the bus all the same', async (t) => {
  const nats = await RestartableNats.open(t);
  const room = await WebcastServer.open(t);
  const options = { url: nats.url, home: t.testdir({}), source: sourceOf(room) };
  const ingest = new IngestProcess(t, options);
  await ingest.initialise();
  await ingest.promote(1);
  await room.until(({ sockets }) => sockets.length === 1);
  await nats.kill();
  room.socket.send(messageFrame([chat('1', '一')], { logId: '1' }));
  await room.until((server) => server.acks().length === 1);
  await ingest.child.kill();
  await nats.start();
  const want = await openWanted(t, nats.url);
  await want('demo', false);
  const next = new IngestProcess(t, options);
  await next.initialise();
  await next.promote(2);
  await next.child.waitForCounters(({ flushed }) => flushed === 1);
  t.same(
    (await eventsOf(nats.url)).map(({ id }) => id),
    ['demo:douyin:1'],
  );
  t.equal(room.sockets.length, 1, 'without a connection');
});

void t.test('starting and stopping at the same time ends in one state, and one socket at most', async (t) => {
  const { url } = await RestartableNats.open(t);
  const { server, ...room } = await openRoom(t);
  const ingest = new IngestProcess(t, { url, home: t.testdir({}), source: sourceOf(server) });
  await ingest.initialise();
  await ingest.promote(1);
  const wanters = await Promise.all([1, 2, 3].map(async () => await openWanted(t, url)));
  for (let round = 0; round < 20; round++)
    await Promise.all(wanters.map(async (want, index) => await want('demo', (round + index) % 2 === 0)));
  await wanters[0]?.('demo', true);
  await server.until((one) => openSockets(one) === 1);
  server.socket.send(messageFrame([chat('1', '一')], { logId: '1' }));
  await server.until((one) => one.acks().length === 1);
  t.equal(room.doubles, 0);
});

void t.test(
  'two processes share the rooms, each with one socket, through kill and stop, and a room stays where it was',
  async (t) => {
    const { url } = await RestartableNats.open(t);
    const names = ['demo', 'room-1', 'room-2', 'shoes'];
    const rooms = new Map<string, CountedRoom>();
    for (const name of names) rooms.set(name, await openRoom(t));
    const of = (index: number) => [...rooms].filter(([name]) => shareOf(name, 2) === index);
    t.ok(of(0).length > 0 && of(1).length > 0, 'both have rooms');
    const [demo, ...others] = names.map(
      (name) => [name, sourceOf(rooms.get(name)?.server as WebcastServer)] as const,
    );
    const options = {
      url,
      home: t.testdir({}),
      source: demo?.[1] as ReturnType<typeof sourceOf>,
      others: Object.fromEntries(others),
    };
    const open = async (): Promise<IngestProcess> => {
      const ingest = new IngestProcess(t, options);
      await ingest.initialise();
      return ingest;
    };
    const all = [...rooms.values()];
    const untilAllOpen = async () =>
      await Promise.all(all.map(async ({ server }) => await server.until((one) => openSockets(one) === 1)));
    let [first, second] = [await open(), await open()];
    await Promise.all([first.promote(1, { index: 0, of: 2 }), second.promote(2, { index: 1, of: 2 })]);
    await untilAllOpen();
    t.same(
      all.map(({ server }) => server.sockets.length),
      names.map(() => 1),
    );

    let spare = await open();
    await first.child.kill();
    await spare.promote(3, { index: 0, of: 2 });
    first = spare;
    await untilAllOpen();
    for (const [name, { server }] of of(1)) t.equal(server.sockets.length, 1, `${name} never noticed`);

    spare = await open();
    // As a supervisor does with one that is silent: nobody takes over before it is gone.
    second.child.process.kill('SIGSTOP');
    await second.child.kill();
    await spare.promote(4, { index: 1, of: 2 });
    second = spare;
    await untilAllOpen();

    const want = await openWanted(t, url);
    const [some] = of(0);
    if (!some) throw new Error('No room');
    const [stopped, room] = some;
    await want(stopped, false);
    await room.server.until((one) => openSockets(one) === 0);
    await want(stopped, true);
    await untilAllOpen();
    await first.child.waitForCounters(({ connected }) => connected === of(0).length);
    await second.child.waitForCounters(({ connected }) => connected === of(1).length);
    for (const [name, { doubles }] of rooms) t.equal(doubles, 0, `${name} had one socket at any moment`);
  },
);

void t.test('a flood in one room holds up no other, and both keep their order', async (t) => {
  const { url } = await RestartableNats.open(t);
  const [flood, quiet] = [await WebcastServer.open(t), await WebcastServer.open(t)];
  const ingest = new IngestProcess(t, {
    url,
    home: t.testdir({}),
    source: sourceOf(flood),
    others: { quiet: sourceOf(quiet) },
    ingest: { maxFramesPerSecond: 20 },
  });
  await ingest.initialise();
  await ingest.promote(1);
  await Promise.all(
    [flood, quiet].map(async (server) => await server.until((one) => openSockets(one) === 1)),
  );
  let next = 0;
  const pour = () => {
    for (let frames = 0; frames < 500; frames++) {
      const chats = Array.from({ length: 20 }, () => chat(String(++next), `洪水 ${next}`));
      flood.socket.send(messageFrame(chats, { logId: String(next) }));
    }
  };
  const longestMs: number[] = [];
  for (let round = 1; round <= 10; round++) {
    pour();
    const logId = String(round);
    const sentAt = performance.now();
    quiet.socket.send(messageFrame([chat(logId, `安静 ${round}`)], { logId }));
    await quiet.until((server) => server.acks().some((ack) => ack.logId === logId));
    longestMs.push(Math.round(performance.now() - sentAt));
    const acked = flood.acks().length;
    t.ok(acked < round * 500, `${acked} frames of the flood are not all done when the quiet room's is`);
  }
  await ingest.child.waitForCounters(({ framesHeld }) => (framesHeld ?? 0) > 0);
  await ingest.child.kill();
  const events = await eventsOf(url);
  for (const room of ['demo', 'quiet']) {
    const numbers = events
      .filter((event) => event.room === room)
      .map(({ id }) => Number(id.split(':').at(-1)));
    t.ok(numbers.length >= 10);
    t.same(
      numbers,
      numbers.toSorted((a, b) => a - b),
      `${room} is in order`,
    );
  }
  t.comment(`the quiet room's events were kept within ${longestMs.join(', ')} ms`);
});
