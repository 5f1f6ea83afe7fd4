import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RoomStatus } from '../../../protocol/room-status.ts';
import { readRoomStatus } from '../../../protocol/room-status.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { openLogger } from '../../../workers/logger.ts';
import { HostedChild, childOptions } from '../../support/child-host.ts';
import { accessTo, startNats } from '../../support/nats.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { chat, messageFrame } from '../../support/webcast-wire.ts';

const silent = openLogger({});
silent.level = 'silent';

/** Statuses of the room as they are written; returns at the first that is so. */
async function statusOf(url: string, is: (status: RoomStatus) => boolean): Promise<RoomStatus> {
  const signal = AbortSignal.timeout(120_000);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log: silent, signal });
  const changes = await (await bus.bucket('rooms')).watch({ key: 'state.demo' });
  for await (const entry of changes) {
    const status = readRoomStatus(entry.string());
    if (status && is(status)) return status;
  }
  throw new Error('unreachable');
}

async function bucketTexts(url: string): Promise<string[]> {
  const signal = AbortSignal.timeout(60_000);
  await using bus = await openBus({ access: accessTo(url), name: 'test', log: silent, signal });
  const bucket = await bus.bucket('rooms');
  const texts: string[] = [];
  for await (const key of await bucket.keys()) texts.push((await bucket.get(key))?.string() ?? '');
  return texts;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

void t.test('a room tells how it is, and what was learned of it survives its worker', async (t) => {
  const { url } = await startNats(t);
  const server = await WebcastServer.open(t);
  const source = { type: 'douyin', webRid: 'demo', pageUrl: server.url, pushUrls: [server.pushUrl] };
  const config = { rooms: [{ id: 'demo', source }], supervisor: { heartbeatMs: 50 } };
  const start = async () => {
    const options = childOptions({
      id: 'ingest',
      role: 'ingest',
      home: t.testdir(),
      bus: accessTo(url),
      config,
    });
    const child = new HostedChild(t, { entry: 'workers/ingest/main.ts', options });
    await child.start();
    return child;
  };
  const first = await start();
  await server.until(({ sockets }) => sockets.length === 1);
  server.socket.send(messageFrame([chat('1', '在吗')], { logId: '1' }));
  await server.until((room) => room.acks().length === 1);
  const status = await statusOf(url, ({ state }) => state === 'connected');
  t.match(status, {
    room: 'demo',
    platform: 'douyin',
    child: 'ingest',
    active: true,
    reconnectCount: 0,
    shouldReconnect: true,
    credentials: { state: 'none' },
  });
  server.socket.terminate();
  const again = await statusOf(
    url,
    ({ state, reconnectCount }) => state === 'connected' && reconnectCount === 1,
  );
  t.ok(again.lastMessageAt > 0);
  t.match(
    again.transitions.map(({ from, to }) => `${from} ${to}`),
    ['disconnected connecting', 'connecting connected', 'connected reconnecting', 'reconnecting connected'],
  );
  await first.kill();
  const second = await start();
  await statusOf(url, ({ reconnectCount, state }) => state === 'connected' && reconnectCount === 0);
  const drops = async () =>
    (await bucketTexts(url)).flatMap((text) => /"drops":([\d.]+)/.exec(text)?.[1] ?? []);
  t.ok(Number((await drops())[0]) > 0.9, 'the drop is remembered');
  t.same(await second.drain(), { code: 0, signal: null });
  const last = await statusOf(url, ({ state }) => state === 'closed');
  t.match(last, { active: false, shouldReconnect: false });
});

void t.test('a worker tells no secret, whatever goes wrong', async (t) => {
  const secret = { config: 'CONFIG-SECRET-1234', file: 'FILE-SECRET-12345', hook: 'HOOK-SECRET-123456' };
  const { url } = await startNats(t);
  let requests = 0;
  const server = await WebcastServer.open(t, {
    // A hostile server: everything that it is told comes back in what it answers.
    page: ({ headers, url: path }, response) => {
      requests += 1;
      if (requests % 4 !== 1 || path === '/') return false;
      response.writeHead(500, { 'x-cookie': headers.cookie ?? '' }).end(`error: ${headers.cookie}`);
      return true;
    },
    refuse: (socket, { headers }) => {
      if (headers.cookie?.includes(secret.hook) && requests > 12) return false;
      const head = requests % 3 === 0 ? '502 Bad' : '200 OK';
      const cookie = (headers.cookie ?? '').replaceAll(/[\r\n]/g, '');
      socket.end(`HTTP/1.1 ${head} ${cookie}\r\nhandshake-msg: ${cookie}\r\ncontent-length: 0\r\n\r\n`);
      return true;
    },
  });
  const home = t.testdir({ cookie: `sid_tt=${secret.file}` });
  const script = `console.error('${secret.hook}'); if (Math.random() < 0.3) throw new Error('${secret.hook}'); console.log('sessionid=${secret.hook}')`;
  const source = {
    type: 'douyin',
    webRid: 'demo',
    pageUrl: server.url,
    pushUrls: [server.pushUrl],
    cookie: `sessionid=${secret.config}; sid_guard=${secret.config}%7C1600000000%7C60%7Cx`,
    cookieFile: join(home, 'cookie'),
    signer: {
      type: 'command',
      command: [
        process.execPath,
        '-e',
        `if (Math.random() < 0.1) { console.error('${secret.file}'); process.exit(1) } console.log('S')`,
      ],
    },
    refresh: {
      type: 'command',
      command: [process.execPath, '-e', script],
      afterFailures: 1,
      timeoutMs: 60_000,
    },
  };
  const config = { rooms: [{ id: 'demo', source }], supervisor: { heartbeatMs: 50 } };
  const options = childOptions({ id: 'ingest', role: 'ingest', home, bus: accessTo(url), config });
  const child = new HostedChild(t, { entry: 'workers/ingest/main.ts', options });
  const reports: string[] = [];
  child.process.on('message', (report: object) => reports.push(JSON.stringify(report)));
  await child.start();
  await child.waitFor(({ kind }) => kind === 'trouble');
  await child.waitForCounters(({ attempts = 0 }) => attempts >= 3);
  await child.waitForCounters(
    ({ credentialsRenewed = 0, credentialsFailed = 0 }) => credentialsRenewed + credentialsFailed > 0,
  );
  const texts = await bucketTexts(url);
  await child.drain();
  const written = [child.output, reports.join('\n'), texts.join('\n')].join('\n');
  t.match(written, /room not (open|connected)/);
  for (const [name, value] of Object.entries(secret))
    t.notOk(written.includes(value), `the secret of the ${name}`);
  const kept = join(home, 'run', 'credentials', 'demo');
  for (const path of filesIn(home)) {
    if (path === kept || path === join(home, 'cookie')) continue;
    const text = readFileSync(path, 'latin1');
    for (const value of Object.values(secret)) t.notOk(text.includes(value), path);
  }
});
