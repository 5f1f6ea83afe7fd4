import { createHash, createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { readBalance } from '../support/balance.ts';
import { freePort } from '../support/free-port.ts';
import { Show, silentRoom } from '../support/show.ts';
import { activeOf } from './places.ts';

interface Logged {
  id: string;
  kind: string;
}

interface Feed {
  source: (address: string) => object;
  simulator: object;
  /** What is paid for in it, which is always answered. */
  paid: object;
  /** The message id of the event of something that the feed logged. */
  messageId: (logged: Logged) => string;
}

const rose = { kind: 'gift', user: '阿花', gift: '玫瑰' };
const sameId = ({ id }: Logged) => id;
const ws = (address: string) => `ws://${address}`;
const http = (address: string) => `http://${address}`;

const feeds: Record<string, Feed> = {
  grab: {
    source: (address) => ({ type: 'barrage-grab', url: ws(address) }),
    simulator: { type: 'barrage-grab' },
    paid: rose,
    messageId: sameId,
  },
  bili: {
    source: (address) => ({
      type: 'bilibili',
      roomId: '22625027',
      liveUrl: http(address),
      apiUrl: http(address),
      messageUrls: [ws(address)],
    }),
    simulator: { type: 'bilibili-room' },
    paid: rose,
    messageId: ({ id, kind }) =>
      kind === 'chat' ? createHash('md5').update(id).digest('hex') : `gift-${id}`,
  },
  live: {
    source: (address) => ({ type: 'douyin-live', url: ws(address), liveId: '516466932480' }),
    simulator: { type: 'json-feed', feed: 'douyin-live' },
    paid: rose,
    messageId: sameId,
  },
  cast: {
    source: (address) => ({ type: 'dycast', url: ws(address) }),
    simulator: { type: 'json-feed', feed: 'dycast' },
    paid: rose,
    messageId: sameId,
  },
  oba: {
    source: (address) => ({ type: 'oba', url: ws(address) }),
    simulator: { type: 'json-feed', feed: 'oba' },
    paid: { kind: 'ecom', nickname: '小王', text: '已付款' },
    messageId: ({ id, kind }) => (kind === 'ecom' ? `${id.split('#')[0]}#paid` : id),
  },
  own: {
    source: (address) => ({ type: 'generic', transport: { kind: 'websocket', url: ws(address) } }),
    simulator: { type: 'json-feed', feed: 'generic' },
    paid: rose,
    messageId: sameId,
  },
};
const names = Object.keys(feeds);
const secret = 'a secret of the test';

void t.test('rooms of all sources on one host: each event once, through cuts and a kill', async (t) => {
  const port = await freePort();
  await using running = await Show.start(t, {
    ...silentRoom,
    rooms: [
      ...Object.entries(feeds).map(([id, { source }]) => ({ id, source: source(`\${address:sim-${id}}`) })),
      { id: 'hook', source: { type: 'generic', transport: { kind: 'webhook', port, secret } } },
    ],
    // What was sent in the meantime is sent again to who comes back.
    simulators: Object.entries(feeds).map(([id, { simulator }]) => ({
      id,
      ...simulator,
      pace: 0,
      replayCount: 50,
    })),
    reply: {
      ...silentRoom.reply,
      rules: [{ id: 'price', keywords: ['多少钱'], say: ['三十九块九。'] }],
      templates: { gift: ['谢谢{nickname}。'], order: ['谢谢{nickname}。'] },
    },
    supervisor: { services: { audio: { spares: 0 }, reply: { spares: 0 }, tts: { spares: 0 } } },
  });
  const { home } = running;
  const counts = countEvents(running);
  const state = async (id: string) => {
    const response = await fetch(`${http(running.child(`sim-${id}`).address)}/sim/state`, {
      signal: AbortSignal.timeout(30_000),
    });
    return (await response.json()) as { clients: number; connections: number };
  };
  const connections = new Map<string, number>();
  const untilConnected = async () =>
    await running.until('a connection to each feed', async () => {
      const all = await Promise.all(names.map(async (id) => ({ id, ...(await state(id)) })));
      const here = all.every(
        ({ id, clients, connections: count }) => clients > 0 && count > (connections.get(id) ?? 0),
      );
      if (here) for (const { id, connections: count } of all) connections.set(id, count);
      return here;
    });
  const posted: string[] = [];
  const everywhere = async (text: string) => {
    for (const id of names) {
      const address = running.child(`sim-${id}`).address;
      await post(address, 'say', { kind: 'chat', user: `${text}的人`, text: `${text}多少钱` });
      await post(address, 'say', feeds[id]?.paid ?? {});
    }
    const [chat, gift] = [`chat-${posted.length}`, `gift-${posted.length}`];
    posted.push(chat, gift);
    await postEvents(port, [
      { kind: 'chat', id: chat, user: { id: '7', name: '小明' }, text: `${text}多少钱` },
      { kind: 'gift', id: gift, user: { id: '7', name: '小明' }, gift: { id: '1', name: '玫瑰' } },
    ]);
  };

  await untilConnected();
  await everywhere('第一次');
  for (const id of names) await post(running.child(`sim-${id}`).address, 'fault', { kind: 'cut' });
  await everywhere('断线时');
  await untilConnected();
  await everywhere('第二次');
  const { pid } = activeOf(running, 'ingest');
  process.kill(pid, 'SIGKILL');
  await everywhere('被杀时');
  await running.until('the spare', () =>
    running.state.children.some(
      ({ service, lease, pid: now }) => service === 'ingest' && lease !== '' && now !== pid,
    ),
  );
  await untilConnected();
  await everywhere('第三次');

  const expected = (id: string): string[] =>
    id === 'hook' ? posted : loggedBy(home, id).map((logged) => feeds[id]?.messageId(logged) ?? '');
  const rooms = [...names, 'hook'];
  for (const id of rooms) {
    await running.until(`each event of ${id}`, () =>
      expected(id).every((message) => counts(id).has(message)),
    );
    await running.until(`each outcome of ${id}`, () =>
      expected(id).every((message) =>
        running.outcomes.some(({ room, eventId }) => room === id && eventId.endsWith(`:${message}`)),
      ),
    );
  }
  for (const id of rooms) {
    t.ok(expected(id).length >= 10, `${id} told what happened`);
    t.same(counts(id), new Map(expected(id).map((message) => [message, 1])), `each of ${id} once`);
    t.ok(
      running.outcomes.some(({ room, what, paid }) => room === id && paid && what === 'spoken'),
      `${id} answers what is paid for`,
    );
    t.ok(existsSync(join(home, 'audio', `${id}.wav`)), `${id} has a sound`);
  }
  t.same(
    running.state.incidents.filter(({ component }) => component.startsWith('room:')),
    [],
    'no room has an open incident',
  );
  over.abort();
  t.equal(await running.stop(), 0);
  t.match(await readBalance(home), { balanced: true, paid: { open: 0 } });
});

/** Ends what is read beside the test: a reader waits for a bus that is gone. */
const over = new AbortController();

/** How often each message id has come to EVENTS, by room. */
function countEvents(running: Show): (room: string) => Map<string, number> {
  const found = new Map<string, Map<string, number>>();
  const read = async () => {
    const from = { seq: 1 };
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(500_000)]);
    for await (const { body } of running.bus.read('EVENTS', 'event', {
      filter: 'live.*.event.*',
      from,
      signal,
    })) {
      const { room, platform, id } = body;
      const message = id.slice(`${room}:${platform}:`.length);
      const counts = found.get(room) ?? new Map<string, number>();
      found.set(room, counts.set(message, (counts.get(message) ?? 0) + 1));
    }
  };
  // It ends with the show's connection.
  void read().catch(() => undefined);
  return (room) => found.get(room) ?? new Map<string, number>();
}

/** What a feed says that it has sent: everything, also what nobody heard at that moment. */
function loggedBy(home: string, simulator: string): Logged[] {
  const folder = join(home, 'sim');
  const files = readdirSync(folder).filter((name) => name.startsWith(`${simulator}-`));
  return files.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Logged),
  );
}

async function post(address: string, path: string, body: object): Promise<void> {
  const response = await fetch(`http://${address}/sim/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

/** As the documentation tells senders: the same events again, signed anew, until they are kept. */
async function postEvents(port: number, events: object[]): Promise<void> {
  const body = JSON.stringify({ events });
  for (let attempt = 1; ; attempt++) {
    const timestamp = String(Date.now());
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    try {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        body,
        headers: { 'x-onair-timestamp': timestamp, 'x-onair-signature': `sha256=${signature}` },
        signal: AbortSignal.timeout(30_000),
      });
      if (response.status === 200) return;
      if (response.status !== 503 || attempt > 300)
        throw new Error(`webhook: ${response.status} ${await response.text()}`);
    } catch (error) {
      // Nobody listens while the worker is replaced.
      if (!(error instanceof TypeError) || attempt > 300) throw error;
    }
    await sleep(200);
  }
}
