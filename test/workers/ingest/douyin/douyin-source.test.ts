import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { Test } from 'tap';
import type { WebcastServerOptions } from '../../../support/webcast-server.ts';
import { WebcastServer, livePage } from '../../../support/webcast-server.ts';
import { chat, encodeWire, message, messageFrame, payloadFrame } from '../../../support/webcast-wire.ts';
import { roomConfig, sourceParts, startRoom } from '../../../support/ingest-room.ts';
import { FaultLog } from '../../../../workers/ingest/fault-log.ts';
import { douyin } from '../../../../workers/ingest/sources/douyin.ts';
import { Tally } from '../../../../workers/ingest/tally.ts';
import type { Logger } from '../../../../workers/logger.ts';
import { openLogger } from '../../../../workers/logger.ts';

async function open(t: Test, options: WebcastServerOptions = {}, source: Record<string, unknown> = {}) {
  const server = await WebcastServer.open(t, options);
  const room = startRoom(t, { source: { pageUrl: server.url, pushUrls: [server.pushUrl], ...source } });
  return { server, room, ...room };
}

const connected = (room: WebcastServer) => room.sockets.length > 0;
const refuse = (socket: Duplex, head: string) => {
  socket.end(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\n\r\n`);
  return true;
};

void t.test('open() asks the pages and the push server as a browser does', async (t) => {
  const { server } = await open(t, {}, { cookie: 'sessionid=s1', signer: { type: 'none' } });
  await server.until(connected);
  const [home, page, push] = server.visits;
  t.same([home?.url, page?.url], ['/', '/demo']);
  t.equal(page?.headers.cookie, 'ttwid=visitor; sessionid=s1');
  const { pathname, searchParams } = new URL(push?.url ?? '', server.url);
  t.equal(pathname, '/webcast/im/push/v2/');
  t.equal(searchParams.get('room_id'), '7659772534023654196');
  t.equal(searchParams.get('user_unique_id'), '7659776308930922010');
  t.equal(push?.headers.cookie, 'ttwid=visitor; sessionid=s1');
  t.equal(push?.headers.origin, server.url);
  t.equal(push?.headers.referer, `${server.url}/demo`);
  t.match(push?.headers['user-agent'], /^Mozilla\/5\.0/);
  t.equal(push?.headers['sec-websocket-extensions'], undefined);
});

void t.test('open() puts the signature into the address', async (t) => {
  const script = `console.log('X+Y/Z=')`;
  const signer = { type: 'command', command: [process.execPath, '-e', script], timeoutMs: 60_000 };
  const { server } = await open(t, {}, { signer });
  await server.until(connected);
  t.ok(server.requests.at(-1)?.url.endsWith('&signature=X+Y/Z='));
});

void t.test('open() asks again for a page that was a stub, and reads cookies from a file', async (t) => {
  const folder = t.testdir({ cookie: 'ttwid=mine\nsessionid=s2\n' });
  let stubs = 0;
  const { server } = await open(
    t,
    {
      page: (request, response) => {
        if (request.headers.cookie?.includes('__ac_nonce=n1')) return false;
        stubs += 1;
        response.setHeader('set-cookie', '__ac_nonce=n1; Path=/').end('<html></html>');
        return true;
      },
    },
    { cookieFile: join(folder, 'cookie') },
  );
  await server.until(connected);
  t.equal(stubs, 1);
  t.equal(server.requests.at(-1)?.headers.cookie, '__ac_nonce=n1; ttwid=mine; sessionid=s2');
});

void t.test('open() asks the enquiry when the page tells nothing', async (t) => {
  const { server } = await open(t, {
    page: (request, response) => {
      const enter = request.url?.startsWith('/webcast/room/web/enter/?') ?? false;
      response.end(
        enter ? JSON.stringify({ data: { data: [{ id_str: '77', status: 2 }] } }) : '<html>验证码</html>',
      );
      return true;
    },
  });
  await server.until(connected);
  const { searchParams } = new URL(server.requests.at(-1)?.url ?? '', server.url);
  t.equal(searchParams.get('room_id'), '77');
  t.match(searchParams.get('user_unique_id'), /^7[3-9]\d{17}$/);
});

void t.test('open() passes over a page that is too large, and says so once in a while', async (t) => {
  const warnings: Record<string, unknown>[] = [];
  const log = { warn: (fields: Record<string, unknown>) => void warnings.push(fields) };
  const server = await WebcastServer.open(t, {
    page: (request, response) => {
      if (request.url === '/') return false;
      const enter = request.url?.startsWith('/webcast/room/web/enter/?') ?? false;
      const room = JSON.stringify({ data: { data: [{ id_str: '77', status: 2 }] } });
      response.end(enter ? room : livePage() + ' '.repeat(4 * 1024 * 1024));
      return true;
    },
  });
  const config = roomConfig({ pageUrl: server.url, pushUrls: [server.pushUrl] });
  const parts = sourceParts({
    tally: new Tally({}),
    faults: new FaultLog(log as unknown as Pick<Logger, 'warn'>),
  });
  await using source = douyin.open(config.source, parts);
  const opening = await source.open(AbortSignal.timeout(60_000));
  if (opening.kind !== 'open') throw new Error(opening.kind);
  await opening.feed[Symbol.asyncDispose]();
  const { searchParams } = new URL(server.requests.at(-1)?.url ?? '', server.url);
  t.equal(searchParams.get('room_id'), '77', 'what the page said was not read');
  t.match(warnings, [{ fault: 'page', room: 'demo', page: '/demo', maxBytes: 4_194_304 }]);
});

void t.test('a session polls a room that is off the air, and connects once it is on', async (t) => {
  let asked = 0;
  const { server, notices } = await open(t, {
    page: (request, response) => {
      if (request.url !== '/demo') return false;
      asked += 1;
      response.end(livePage({ status: asked < 4 ? 4 : 2 }));
      return true;
    },
  });
  await server.until(connected);
  t.equal(asked, 4);
  t.same(notices.filter((text) => text.includes('off the air')).length, 1);
});

void t.test('a session goes on trying a room that is not found', async (t) => {
  let asked = 0;
  const { server, notices } = await open(t, {
    page: (request, response) => {
      if (request.url !== '/demo') return false;
      asked += 1;
      response.writeHead(asked < 4 ? 404 : 200).end(livePage());
      return true;
    },
  });
  await server.until(connected);
  t.match(notices[0], /no such room/);
});

void t.test('a session tries another server after a refusal, says so once, and goes on', async (t) => {
  let refusals = 0;
  const { server, notices, counters } = await open(t, {
    refuse: (socket) => {
      refusals += 1;
      return refusals > 3
        ? false
        : refuse(socket, '200 OK\r\nhandshake-msg: DEVICE_BLOCKED\r\nhandshake-status: 415');
    },
  });
  await server.until(connected);
  t.equal(notices.filter((text) => text.includes('refuses us')).length, 0, 'once is not worth a word');
  t.equal(refusals, 4);
  t.equal(counters['attempts'], 2, 'each attempt signs once more at another server');
});

void t.test('a session goes on after errors of page, handshake and signer', async (t) => {
  let pages = 0;
  let handshakes = 0;
  const marker = join(t.testdir({}), 'once');
  const script = `const fs = require('fs'); if (fs.existsSync(process.argv[1])) console.log('S');
    else { fs.writeFileSync(process.argv[1], ''); process.exit(1); }`;
  const { server } = await open(
    t,
    {
      page: (request, response) => {
        if (request.url === '/') return false;
        pages += 1;
        if (pages === 1) request.socket.destroy();
        else if (pages === 2) response.writeHead(500).end();
        else return false;
        return true;
      },
      refuse: (socket) => {
        handshakes += 1;
        if (handshakes === 1) return refuse(socket, '503 Service Unavailable');
        if (handshakes > 2) return false;
        socket.destroy();
        return true;
      },
    },
    { signer: { type: 'command', command: [process.execPath, '-e', script, marker], timeoutMs: 60_000 } },
  );
  await server.until(connected);
  t.ok(pages >= 5);
});

void t.test('a feed says hb at once and acknowledges only what is kept', async (t) => {
  const { server, sink } = await open(t);
  await server.until(({ frames }) => frames.length > 0);
  t.equal(server.frames[0]?.bytes.toString('hex'), '3a026862');
  sink.held = true;
  server.socket.send(messageFrame([chat('1', '一'), chat('2', '二')], { logId: '18446744073709551615' }));
  server.socket.send(messageFrame([], { logId: '2' }));
  server.socket.send(messageFrame([chat('3', '三')], { logId: '3', needAck: false }));
  server.socket.send(messageFrame([chat('1', '一')], { logId: '4' }));
  await sink.until(() => sink.published.length === 3);
  // A ping is answered after whatever was sent before it: no ack was.
  const pong = new Promise((resolve) => server.socket.once('pong', resolve));
  server.socket.ping();
  await pong;
  t.same(server.acks(), [], 'nothing is kept yet, so nothing is acknowledged, the repeat neither');
  sink.release();
  await server.until((room) => room.acks().length === 3);
  t.same(
    server.acks().map(({ logId, payload }) => [logId, payload]),
    [
      ['18446744073709551615', 'ext-18446744073709551615'],
      ['2', 'ext-2'],
      ['4', 'ext-4'],
    ],
  );
  t.same(sink.texts(), ['一', '二', '三']);
});

void t.test('a feed lives on through garbage, bombs and what it does not know', async (t) => {
  const { server, sink, counters } = await open(t);
  await server.until(connected);
  const { socket } = server;
  const whole = messageFrame([chat('9', 'never')]);
  socket.send(Buffer.from('garbage that is no frame'));
  socket.send(whole.subarray(0, whole.length - 9));
  socket.send(payloadFrame(gzipSync('x'.repeat(9_999)).subarray(0, 24)));
  socket.send(payloadFrame(gzipSync(Buffer.alloc(40_000_000))));
  socket.send(Buffer.alloc(8 * 1024 * 1024 + 1));
  socket.send('a text frame');
  socket.send(messageFrame([unknown('RanklistHourEntrance')]));
  socket.send(Buffer.from('3a026862', 'hex'));
  const badMessage = encodeWire('Message', {
    method: 'WebcastChatMessage',
    payload: Buffer.from([0x12, 0xff, 0x7f]),
  });
  const good = (id: string) => encodeWire('Message', { ...chat(id, `text ${id}`) });
  socket.send(
    payloadFrame(gzipSync(encodeWire('RawResponse', { messages: [good('1'), badMessage, good('2')] }))),
  );
  socket.send(messageFrame([chat('3', 'text 3')]));
  await sink.until(() => sink.published.length === 3);
  t.same(sink.texts(), ['text 1', 'text 2', 'text 3']);
  t.match(counters, {
    damagedFrames: 3,
    bombs: 1,
    oversized: 1,
    textFrames: 1,
    unknownMethods: 1,
    'skipped:WebcastRanklistHourEntranceMessage': 1,
    damagedMessages: 1,
    frames: 10,
    reconnects: 0,
  });
  t.equal(server.sockets.length, 1);
});

void t.test('a feed gives others a turn, and pongs, within a frame that is full of messages', async (t) => {
  const { server, sink, counters } = await open(t);
  await server.until(connected);
  // Each holds some sixty thousand users, one over the other: half a second of work in 60 kB.
  const users = Buffer.alloc(120_000, Buffer.from('1200', 'hex'));
  const payload = Buffer.concat([users, encodeWire('Chat', { user: { id: '7' }, content: 'x' })]);
  const messages = Array.from({ length: 250 }, (_, index) => ({
    method: 'WebcastChatMessage',
    payload,
    msgId: String(index + 1),
  }));
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  sink.held = true;
  const pong = Promise.withResolvers<number>();
  server.socket.once('pong', () => pong.resolve(sink.published.length));
  server.socket.send(messageFrame(messages));
  server.socket.ping();
  await server.until(({ frames }) => frames.length > 0);
  count();
  t.equal(await pong.promise, 0, 'the pong does not wait for the end of the frame');
  await sink.until(() => sink.published.length === 32);
  counting = false;
  t.ok(turns > 4, `${turns} turns`);
  sink.release();
  await server.until((room) => room.acks().length === 1);
  t.equal(sink.published.length, 250);
  t.match(counters, { messages: 250, damagedMessages: 0 });
});

void t.test('a feed passes over a message that is far too large, and takes its siblings', async (t) => {
  const { server, sink, counters } = await open(t);
  await server.until(connected);
  const payload = Buffer.alloc(1_000_000, Buffer.from('2200', 'hex'));
  const large = { method: 'WebcastProductChangeMessage', payload, msgId: '5' };
  server.socket.send(messageFrame([chat('1', 'a'), large, chat('2', 'b')]));
  await server.until((room) => room.acks().length === 1);
  t.same(sink.texts(), ['a', 'b']);
  t.match(counters, { damagedMessages: 1, reconnects: 0 });
});

void t.test('a feed takes no more than 20,000 observations out of a frame', async (t) => {
  const { server, sink, counters } = await open(t);
  await server.until(connected);
  const products = Array.from({ length: 50 }, (_, index) => ({ promotionId: String(index + 1) }));
  const change = (id: number) => message('ProductChange', { updateProductInfo: products }, String(id));
  server.socket.send(messageFrame(Array.from({ length: 500 }, (_, index) => change(index + 1))));
  await server.until((room) => room.acks().length === 1);
  t.equal(sink.published.length, 20_000);
  t.match(counters, { messages: 500, damagedMessages: 100 });
});

void t.test('a frame of more than 64 MB costs its connection, and the next one comes at once', async (t) => {
  const { server, sink, counters } = await open(t);
  await server.until(connected);
  // A server that reads nothing answers no close frame, as Douyin does not.
  server.socket.pause();
  server.socket.send(Buffer.alloc(64 * 1024 * 1024 + 1), () => undefined);
  await server.until(({ sockets }) => sockets.length === 2);
  server.socket.send(messageFrame([chat('1', 'x')]));
  await sink.until(() => sink.published.length === 1);
  t.match(counters, { reconnects: 1 });
});

void t.test('a session reconnects after a cut where it was, and counts nothing twice', async (t) => {
  const { server, sink, counters, notices } = await open(t);
  await server.until(connected);
  const gift = (id: string, count: string, end = 0) =>
    message(
      'Gift',
      { user: { id: '7' }, giftId: '4', groupId: '99', repeatCount: count, repeatEnd: end },
      id,
    );
  server.socket.send(messageFrame([chat('1', '一'), gift('1001', '2')], { logId: '1' }));
  await server.until((room) => room.acks().length === 1);
  server.socket.terminate();
  await server.until(({ sockets }) => sockets.length === 2);
  const { searchParams } = new URL(server.requests.at(-1)?.url ?? '', server.url);
  t.equal(searchParams.get('cursor'), 'cursor-1');
  t.equal(searchParams.get('internal_ext'), 'ext-1');
  server.socket.send(
    messageFrame([
      chat('1', '一'),
      gift('1001', '2'),
      gift('1002', '2', 1),
      gift('1003', '5'),
      chat('2', '二'),
    ]),
  );
  await sink.until(() => sink.texts().includes('二'));
  t.same(sink.texts(), ['一', 'gift', 'gift', '二']);
  t.same(
    sink.published.flatMap((event) => (event.kind === 'gift' ? [[event.count, event.total]] : [])),
    [
      [2, 2],
      [3, 5],
    ],
  );
  t.match(counters, { reconnects: 1, duplicates: 2, giftRepeats: 1, connected: 1 });
  t.equal(notices.length, 3, 'connected, lost, connected');
});

void t.test(
  'a session waits for the next broadcast after the end of one, and begins it afresh',
  async (t) => {
    let roomId = '11';
    const { server, sink } = await open(t, {
      page: (request, response) => {
        if (request.url === '/') return false;
        response.end(livePage({ roomId }));
        return true;
      },
    });
    await server.until(connected);
    roomId = '12';
    server.socket.send(messageFrame([message('Control', { action: 3 }, '5')]));
    await server.until(({ sockets }) => sockets.length === 2);
    t.equal(server.acks().length, 1, 'the end itself was acknowledged');
    t.same(sink.texts(), ['control']);
    const { searchParams } = new URL(server.requests.at(-1)?.url ?? '', server.url);
    t.equal(searchParams.get('room_id'), '12');
    t.match(searchParams.get('cursor'), /^d-1_u-1_fh-/, 'the position of the old broadcast is of no use');
    server.socket.send(messageFrame([message('Control', { action: 3 }, '5'), chat('6', 'hello')]));
    await sink.until(() => sink.texts().includes('hello'));
    t.equal(server.sockets.length, 2, 'a repeated end is not an end');
  },
);

void t.test('a session gives up a feed that is silent', async (t) => {
  const server = await WebcastServer.open(t);
  const room = startRoom(t, {
    source: { pageUrl: server.url, pushUrls: [server.pushUrl] },
    policy: { silenceWarnMs: 10, silenceLostMs: 50 },
  });
  await server.until(({ sockets }) => sockets.length >= 2);
  t.ok((room.counters['reconnects'] ?? 0) >= 1);
});

void t.test('a session stops reading while nothing can be kept, and loses nothing', async (t) => {
  const { server, sink } = await open(t);
  await server.until(connected);
  sink.held = true;
  for (let index = 0; index < 3_000; index++) {
    server.socket.send(
      messageFrame([chat(String(index + 1), `text ${index}`)], { logId: String(index + 1), gzip: false }),
    );
  }
  await sink.until(() => sink.waiting === 32);
  t.equal(sink.published.length, 32, 'no more are on their way at once');
  sink.release();
  await server.until((room) => room.acks().length === 3_000);
  t.same(
    sink.texts(),
    Array.from({ length: 3_000 }, (_, index) => `text ${index}`),
  );
});

void t.test('a draining session keeps and acknowledges what it has read, then closes', async (t) => {
  const { server, sink, drain, ended } = await open(t);
  await server.until(connected);
  sink.held = true;
  for (let index = 1; index <= 100; index++) {
    server.socket.send(messageFrame([chat(String(index), `text ${index}`)], { logId: String(index) }));
  }
  await sink.until(() => sink.waiting === 32);
  drain.abort();
  sink.release();
  await ended;
  const acked = () => server.acks().length === sink.published.length && server.socket.readyState === 3;
  await server.until(acked);
  t.ok(sink.published.length >= 32);
});

void t.test(
  'a session that is stopped returns at once, and acknowledges nothing that is not kept',
  async (t) => {
    const { server, sink, stop, ended } = await open(t);
    await server.until(connected);
    sink.held = true;
    server.socket.send(messageFrame([chat('1', 'x')]));
    await sink.until(() => sink.waiting === 1);
    stop.abort();
    await ended;
    await server.until(({ socket }) => socket.readyState === 3);
    t.same(server.acks(), []);
  },
);

void t.test('open() leaves no listener on its signals once a feed is disposed', async (t) => {
  const server = await WebcastServer.open(t);
  const tally = new Tally({});
  const log = openLogger({});
  const config = roomConfig({ pageUrl: server.url, pushUrls: [server.pushUrl] });
  await using source = douyin.open(config.source, sourceParts({ tally, faults: new FaultLog(log) }));
  const { signal } = new AbortController();
  for (let index = 1; index <= 3; index++) {
    const opening = await source.open(signal);
    if (opening.kind !== 'open') throw new Error(opening.kind);
    const frames = opening.feed.frames(signal);
    const next = frames.next();
    await server.until(({ sockets }) => sockets.length === index);
    server.socket.send(messageFrame([chat(String(index), 'x')]));
    t.match(await next, { done: false });
    const last = frames.next();
    await opening.feed[Symbol.asyncDispose]();
    await opening.feed[Symbol.asyncDispose]();
    t.match(await last, { done: true });
  }
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

function unknown(type: string) {
  return { method: `Webcast${type}Message`, payload: Buffer.from([0x0a, 0x01, 0x41]), msgId: '8' };
}
