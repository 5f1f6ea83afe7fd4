import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import t from 'tap';
import type { Test } from 'tap';
import { credentialFields } from '../../../protocol/sources/credentials.ts';
import { startRoom } from '../../support/ingest-room.ts';
import type { WebcastServerOptions } from '../../support/webcast-server.ts';
import { WebcastServer } from '../../support/webcast-server.ts';
import { chat, messageFrame } from '../../support/webcast-wire.ts';

const hook = (script: string, more: object = {}) =>
  credentialFields.refresh.parse({
    type: 'command',
    command: [process.execPath, '-e', script],
    timeoutMs: 60_000,
    ...more,
  });

const refuse = (socket: Duplex) => {
  socket.end(
    'HTTP/1.1 200 OK\r\nhandshake-msg: DEVICE_BLOCKED\r\nhandshake-status: 415\r\ncontent-length: 0\r\n\r\n',
  );
  return true;
};

async function open(t: Test, options: WebcastServerOptions, source: Record<string, unknown> = {}) {
  const server = await WebcastServer.open(t, options);
  const home = t.testdir();
  const given = { pageUrl: server.url, pushUrls: [server.pushUrl], ...source };
  return { server, home, ...startRoom(t, { source: given, home }) };
}

void t.test(
  'a room that is refused gets a new cookie from the hook, and connects with it at once',
  async (t) => {
    const { server, counters, notices, troubles, link, until } = await open(
      t,
      { refuse: (socket, { headers }) => !headers.cookie?.includes('sessionid=new') && refuse(socket) },
      { cookie: 'sessionid=old-one', refresh: hook(`console.log('sessionid=new-one')`) },
    );
    await server.until(({ sockets }) => sockets.length === 1);
    await until(() => troubles.some(({ topic, level }) => topic === 'refused' && level === 'ok'));
    t.equal(
      server.requests.filter(({ headers }) => headers.upgrade).length,
      7,
      'three refusals of two tries each, and then',
    );
    t.match(counters, { refusals: 3, credentialsRenewed: 1, connected: 1, failed: 0 });
    t.match(
      troubles.filter(({ topic }) => topic === 'refused'),
      [
        { level: 'warning', text: 'HTTP 200 DEVICE_BLOCKED 415' },
        { level: 'ok', text: 'connected' },
      ],
    );
    t.ok(notices.includes('room demo: new credentials, connecting with them'));
    const status = link.describe();
    t.match(status, {
      state: 'connected',
      active: true,
      shouldReconnect: true,
      credentials: { state: 'unknown' },
    });
    t.ok(status.credentials.renewedAt > 0);
    t.same(
      status.transitions.map(({ from, to, class: cause }) => [from, to, cause]),
      [
        ['disconnected', 'connecting', ''],
        ['connecting', 'reconnecting', 'refused'],
        ['reconnecting', 'failed', 'refused'],
        ['failed', 'connected', ''],
      ],
    );
  },
);

void t.test('a room whose hook gives nothing begins anew as another visitor, and says so', async (t) => {
  let visitors = 0;
  const { server, notices, counters, until } = await open(
    t,
    {
      page: ({ url }, response) => {
        if (url !== '/') return false;
        response.setHeader('set-cookie', `ttwid=visitor-${++visitors}; Path=/`);
        response.end('home');
        return true;
      },
      refuse: (socket, { headers }) => !headers.cookie?.includes('visitor-2') && refuse(socket),
    },
    { refresh: hook('process.exit(1)') },
  );
  await server.until(({ sockets }) => sockets.length === 1);
  await until(() => counters['connected'] === 1);
  t.equal(visitors, 2);
  t.equal(counters['credentialsFailed'], 1);
  t.ok(
    notices.includes('room demo: the hook gave no new credentials: the room begins anew as another visitor'),
  );
});

void t.test('a room without a hook begins anew as another visitor too', async (t) => {
  let visitors = 0;
  const { server, counters } = await open(t, {
    page: ({ url }, response) => {
      if (url !== '/') return false;
      response.setHeader('set-cookie', `ttwid=visitor-${++visitors}; Path=/`);
      response.end('home');
      return true;
    },
    refuse: (socket, { headers }) => !headers.cookie?.includes('visitor-2') && refuse(socket),
  });
  await server.until(({ sockets }) => sockets.length === 1);
  t.equal(counters['refusals'], 3);
});

void t.test(
  'a room that is refused for long becomes a critical incident, and one that is well again none',
  async (t) => {
    let isRefused = true;
    const { server, troubles, link, until } = await open(t, {
      refuse: (socket) => isRefused && refuse(socket),
    });
    await until(() => troubles.some(({ level }) => level === 'critical'));
    t.match(link.describe(), {
      state: 'failed',
      active: false,
      shouldReconnect: true,
      reason: /DEVICE_BLOCKED/,
    });
    isRefused = false;
    await server.until(({ sockets }) => sockets.length === 1);
    await until(() => troubles.at(-1)?.level === 'ok');
    t.same(
      troubles.filter(({ topic }) => topic === 'refused').map(({ level }) => level),
      ['warning', 'critical', 'ok'],
    );
  },
);

void t.test(
  'a login that has ended is renewed while the room is connected, and the room connects anew',
  async (t) => {
    const old = 'sid_guard=abcdefgh%7C1600000000%7C60%7Cx';
    const fresh = `sid_guard=ijklmnop%7C${Math.floor(Date.now() / 1_000)}%7C5184000%7Cx`;
    const { server, sink, notices, troubles, link, until } = await open(
      t,
      {},
      { cookie: old, refresh: hook(`console.log('${fresh}')`) },
    );
    await server.until(({ requests }) =>
      requests.some(({ headers }) => headers.upgrade && headers.cookie?.includes(fresh)),
    );
    await server.until(({ sockets }) => sockets.at(-1)?.readyState === 1);
    await until(() => notices.some((text) => text.includes('no longer: the login ended at 2020-09-13')));
    await until(() => troubles.some(({ topic, level }) => topic === 'condition' && level === 'ok'));
    server.socket.send(messageFrame([chat('1', '在吗')]));
    await sink.until(() => sink.texts().includes('在吗'));
    t.match(link.describe(), { state: 'connected', credentials: { state: 'valid' }, conditions: [] });
    t.ok(server.sockets.filter(({ readyState }) => readyState === 1).length <= 1, 'one socket');
  },
);

void t.test('a room that is refused is tried at once when there is a new cookie file', async (t) => {
  const folder = t.testdir({ cookie: 'sessionid=old-one' });
  const cookieFile = join(folder, 'cookie');
  const server = await WebcastServer.open(t, {
    refuse: (socket, { headers }) => !headers.cookie?.includes('sessionid=new') && refuse(socket),
  });
  const source = { pageUrl: server.url, pushUrls: [server.pushUrl], cookieFile };
  const policy = { blockedMs: 3_600_000, blockedMostMs: 3_600_000 };
  const { troubles, until } = startRoom(t, { source, policy });
  await until(() => troubles.some(({ level }) => level === 'warning'));
  await writeFile(cookieFile, 'sessionid=new-one');
  await utimes(cookieFile, new Date(), new Date(Date.now() + 60_000));
  await server.until(({ sockets }) => sockets.length === 1);
});

void t.test('a room that is refused is no trouble any more once it is left', async (t) => {
  const server = await WebcastServer.open(t, { refuse: (socket) => refuse(socket) });
  const source = { pageUrl: server.url, pushUrls: [server.pushUrl] };
  const policy = { blockedMs: 3_600_000, blockedMostMs: 3_600_000 };
  const { troubles, link, until } = startRoom(t, { source, policy });
  await until(() => troubles.some(({ topic, level }) => topic === 'refused' && level === 'warning'));
  link.leave();
  link.leave();
  await link[Symbol.asyncDispose]();
  const levels = troubles.filter(({ topic }) => topic === 'refused').map(({ level }) => level);
  t.same(levels, ['warning', 'ok']);
});
