import { connect } from '@nats-io/transport-node';
import { createHmac } from 'node:crypto';
import t from 'tap';
import { openJsonFeed } from '../../../../ops/sim/json-feeds/server.ts';
import { startNats } from '../../../support/nats.ts';
import { decodeAgain, SourceReader } from '../../../support/source-reader.ts';

const wideId = '7260517442466662207';
const secret = 'a secret of the test';

interface Answer {
  accepted?: number;
  rejected?: { index: number; id: string; field: string; reason: string }[];
  error?: { field: string; reason: string };
}

/** As docs/generic-source.md says. */
async function post(
  address: string,
  body: string,
  { timestamp = String(Date.now()), key = secret, method = 'POST' } = {},
): Promise<{ status: number; body: Answer }> {
  const digest = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
  const response = await fetch(address, {
    method,
    ...(method === 'POST' ? { body } : {}),
    headers: { 'x-onair-timestamp': timestamp, 'x-onair-signature': `sha256=${digest}` },
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

async function openWebhook(t: Parameters<typeof SourceReader.start>[0], options: object = {}) {
  const reader = SourceReader.start(t, {
    type: 'generic',
    transport: { kind: 'webhook', secret, ...options },
  });
  await reader.until(() => reader.opened > 0);
  return { reader, address: /http:\/\/[\d.:]+\//.exec(reader.titles[0] ?? '')?.[0] ?? '' };
}

const chat = (id: number | string, text = '你好') => ({
  kind: 'chat',
  id,
  user: { id: '5', name: '小明' },
  text,
});

void t.test('generic reads every kind over a WebSocket, with wide ids unchanged', async (t) => {
  await using sim = await openJsonFeed({ feed: 'generic', replayCount: 30 });
  const reader = SourceReader.start(t, { type: 'generic', transport: { kind: 'websocket', url: sim.url } });
  await sim.untilConnected({ nth: 1 });
  const user = { nickname: '小明', id: wideId };
  sim.say({ kind: 'chat', user, text: '在吗' });
  for (const [repeatCount, repeatEnd] of [
    [2, false],
    [5, false],
    [5, true],
  ] as const)
    sim.say({ kind: 'gift', user, gift: '玫瑰', groupId: '1695185331', repeatCount, repeatEnd });
  sim.say({ kind: 'gift', user, gift: '热气球' });
  for (const kind of ['like', 'enter', 'follow', 'share', 'fansclub'] as const) sim.say({ kind, user });
  sim.say({ kind: 'audience', online: 3 });
  sim.say({ kind: 'ecom' });
  sim.sendRaw(`{"kind":"chat","id":${wideId},"user":{"id":${wideId},"name":"数字"},"text":"wide"}`);
  sim.sendRaw(
    `{"kind":"product","id":"p","product":{"id":${wideId},"title":"鲜花饼","price":"29.9","index":1}}`,
  );
  sim.fault({ kind: 'garbage' });
  await reader.until(() => reader.texts().includes('product'));
  sim.fault({ kind: 'half-frame' });
  await sim.untilConnected({ nth: 2 });
  sim.say({ kind: 'control', action: 3 });
  await reader.until(() => reader.texts().includes('control'));
  t.match(reader.events, [
    { kind: 'chat', text: '在吗', viewer: { id: wideId, nickname: '小明' } },
    { kind: 'gift', count: 2 },
    { kind: 'gift', count: 3, total: 5, diamonds: 1 },
    { kind: 'gift', count: 1, name: '热气球', diamonds: 520 },
    { kind: 'like', count: 1 },
    { kind: 'enter' },
    { kind: 'follow' },
    { kind: 'share', target: '1' },
    { kind: 'fansclub', action: 'join' },
    { kind: 'stats', online: 3, total: 22_003 },
    { kind: 'order', status: 'paid' },
    { id: `demo:generic:${wideId}`, kind: 'chat', viewer: { id: wideId } },
    { kind: 'product', productId: wideId },
    { kind: 'control', action: 'end' },
  ]);
  t.equal(reader.counters['damagedMessages'], 5);
  t.same(await decodeAgain('generic', reader.raw), reader.observed, 'a recording decodes to the same');
});

void t.test(
  'generic answers a webhook once the events are kept, and names what is wrong with the others',
  async (t) => {
    const { reader, address } = await openWebhook(t);
    reader.held = true;
    let answered = false;
    const body = JSON.stringify({
      events: [chat(1), { kind: 'chat', id: 2 }, chat(wideId, '大号'), { kind: 'song', id: 4 }],
    });
    const answering = post(address, body).finally(() => {
      answered = true;
    });
    await reader.until(() => reader.events.length === 2);
    t.notOk(answered, 'nobody is told that it is kept');
    reader.release();
    const answer = await answering;
    t.equal(answer.status, 200);
    t.match(answer.body, {
      accepted: 2,
      rejected: [
        { index: 1, id: '2', field: 'text' },
        { index: 3, id: '4', field: 'kind' },
      ],
    });
    t.same(reader.texts(), ['你好', '大号']);
    t.equal(reader.events[1]?.id, `demo:generic:${wideId}`);
    t.equal((await post(address, JSON.stringify(chat(1)))).status, 200, 'what is known is well received');
    t.equal(reader.events.length, 2, 'and not taken again');
  },
);

void t.test('generic refuses what is not signed, not of now, sent before, or no event', async (t) => {
  const { reader, address } = await openWebhook(t, { windowMs: 60_000 });
  const good = JSON.stringify(chat(1));
  const refused = async (
    expected: [number, string],
    sent: string,
    options: Parameters<typeof post>[2] = {},
  ) => {
    const { status, body } = await post(address, sent, options);
    t.same([status, body.error?.field], expected);
    t.ok(body.error?.reason, 'with a reason');
  };
  await refused([401, 'x-onair-signature'], good, { key: 'another secret of 16' });
  await refused([401, 'x-onair-timestamp'], good, { timestamp: String(Date.now() - 61_000) });
  await refused([401, 'x-onair-timestamp'], good, { timestamp: String(Date.now() + 61_000) });
  await refused([400, 'x-onair-timestamp'], good, { timestamp: 'now' });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  t.equal((await post(address, good, { timestamp })).status, 200, 'seconds will do');
  await refused([409, 'x-onair-signature'], good, { timestamp });
  await refused([422, '(body)'], '{');
  await refused([422, 'id'], '{"kind":"chat","text":"ohne"}');
  await refused([422, 'events'], '{"events":5}');
  await refused([422, 'events'], JSON.stringify(Array.from({ length: 1_001 }, (_, id) => chat(id))));
  await refused([413, '(body)'], 'x'.repeat(1024 * 1024 + 1));
  await refused([413, '(body)'], 'x'.repeat(40 * 1024 * 1024));
  await refused([405, '(method)'], '', { method: 'GET' });
  t.equal((await post(`${address}elsewhere`, good)).status, 404);
  t.same(reader.texts(), ['你好']);
});

void t.test(
  'generic tells a sender to come again when its events are not kept in time, and takes them then',
  async (t) => {
    const { reader, address } = await openWebhook(t, { keepTimeoutMs: 100 });
    reader.held = true;
    const timestamp = String(Date.now());
    const body = JSON.stringify(chat(1));
    t.equal((await post(address, body, { timestamp })).status, 503);
    reader.release();
    t.equal((await post(address, body, { timestamp })).status, 200, 'the same request is no replay then');
    t.same(reader.texts(), ['你好']);
  },
);

void t.test('generic takes as many requests at once as it can keep, and no more', async (t) => {
  const { reader, address } = await openWebhook(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.held = true;
  // It takes one more, as it waits for it.
  reader.stalled = promise;
  const requests = Array.from(
    { length: 100 },
    async (_, id) => await post(address, JSON.stringify(chat(id))),
  );
  const refused = await Promise.any(
    requests.map(async (request) => {
      const answer = await request;
      if (answer.status !== 503) throw new Error(`HTTP ${answer.status}`);
      return answer;
    }),
  );
  t.match(refused.body.error?.reason, /send it again/);
  reader.stalled = undefined;
  reader.held = false;
  resolve();
  reader.release();
  await reader.until(() => {
    reader.release();
    return reader.events.length >= 64;
  });
  const answers = await Promise.all(requests);
  const kept = answers.filter(({ status }) => status === 200).length;
  t.equal(kept, reader.events.length, 'who was told that it is kept is right');
});

void t.test('generic reads a subject of NATS, answers who asks, and connects again', async (t) => {
  const nats = await startNats(t);
  const config = {
    type: 'generic',
    transport: { kind: 'nats', servers: [nats.url], subject: 'shop.>' },
  } as const;
  const reader = SourceReader.start(t, config);
  await reader.until(() => reader.opened > 0);
  const sender = await connect({ servers: [nats.url] });
  t.teardown(async () => await sender.close());
  const ask = async (body: string) =>
    (await sender.request('shop.events', body, { timeout: 30_000 })).json() as Answer;
  // A subscription takes its time to reach the server.
  for (let id = 0; reader.events.length === 0; id++) {
    sender.publish('shop.first', JSON.stringify(chat(`first-${id}`)));
    await new Promise((done) => setTimeout(done, 20));
  }
  t.match(await ask(`[{"kind":"chat","id":${wideId},"text":"wide"},{"kind":"gift","id":"g"}]`), {
    accepted: 1,
    rejected: [{ index: 1, id: 'g', field: 'gift' }],
  });
  t.match(await ask('no json'), { accepted: 0, rejected: [{ field: '(body)' }] });
  t.ok(reader.events.some(({ id }) => id === `demo:generic:${wideId}`));
  await nats.stop();
  await reader.until(() => reader.ends.some((end) => end.startsWith('network')));
  t.match(reader.ends[0], /^network: closed/);
});
