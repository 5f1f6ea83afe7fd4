import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { findOutput } from '../../../../workers/audio/outputs/find-output.ts';
import type { OutputPlace } from '../../../../workers/audio/outputs/find-output.ts';
import { SinkProcess } from '../../../../workers/audio/outputs/sink-process.ts';
import { readAddress, streamPlace } from '../../../../workers/audio/outputs/stream/address.ts';
import { configSchema } from '../../../../protocol/config.ts';
import { placeIn } from './place.ts';
import { StreamClient } from './stream/stream-client.ts';

const signal = new AbortController().signal;

/** A different sample at each place, for the first 600 ms and then again. */
const sampleAt = (position: number) => (position % 28_800) + 1;
const frameAt = (n: number) =>
  Buffer.from(Int16Array.from({ length: 960 }, (_, at) => sampleAt(960 * n + at)).buffer);

/** A real sink that is fed in real time, as the clock of a room does. */
async function start(t: Test, place: OutputPlace = placeIn(t.testdir())) {
  const found = await findOutput('stream', place, signal);
  if (!found.works) throw new Error(found.reason);
  const address = Promise.withResolvers<string>();
  const sink = new SinkProcess(found.spec, {
    now: performance.now(),
    figures: { dropped: () => undefined, listening: address.resolve },
  });
  await sink.ready;
  const began = performance.now();
  let fed = 0;
  const feed = () => {
    for (; 20 * fed <= performance.now() - began; fed++) sink.write(frameAt(fed), performance.now());
  };
  const timer = setInterval(feed, 10);
  feed();
  t.teardown(async () => {
    clearInterval(timer);
    await sink.end(2_000);
  });
  const url = await Promise.race([
    address.promise,
    sink.ended.then((reason) => Promise.reject(new Error(reason))),
  ]);
  const health = async () => (await (await fetch(`${url}health`)).json()) as Health;
  const stop = () => clearInterval(timer);
  /** Stops, and waits until all of it has gone. */
  const rest = async () => {
    stop();
    while ((await health()).position < 960 * fed);
    return 960 * fed;
  };
  return { sink, url, place, health, stop, rest, fed: () => fed };
}

interface Health {
  room: string;
  position: number;
  listeners: { droppedFrames: number; lagMs: number; page: Record<string, unknown> }[];
}

void t.test('everybody hears exactly what was fed, from now on, in real time', async (t) => {
  const { sink, url, place, stop, fed } = await start(t);
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  t.equal(readAddress(place.stream.file)?.url, url);
  const clients = Array.from({ length: 8 }, () => new StreamClient(t, url));
  await Promise.all(clients.map(async (client) => await client.until(({ frames }) => frames.length >= 75)));
  stop();
  await sink.end(2_000);
  t.equal(await sink.ended, 'exit code 0');
  for (const client of clients) {
    await client.until(({ closed }) => closed !== undefined);
    t.equal(client.closed, 1012, 'it says that it ends here');
    t.match(client.hello, { kind: 'hello', version: 1, room: 'demo', sampleRateHz: 48_000, channels: 1 });
    t.equal(client.gaps, 0);
    const { position } = client.frames[0] ?? { position: -1 };
    t.equal(
      client.pcm.findIndex((value, n) => value !== sampleAt(position + n)),
      -1,
    );
    t.equal(position + client.pcm.length, 960 * fed(), 'to the last sample');
    const sequences = client.frames.map(({ sequence }) => sequence);
    t.equal((sequences.at(-1) ?? 0) - (sequences[0] ?? 0), sequences.length - 1);
    const due = client.frames.map(({ at }) => at);
    t.ok(due.every((at, n) => n === 0 || at >= (due[n - 1] ?? 0)));
  }
});

void t.test('it takes sound in real time although nobody listens', async (t) => {
  const place = placeIn(t.testdir());
  const found = await findOutput('stream', place, signal);
  if (!found.works) throw new Error(found.reason);
  const sink = new SinkProcess(found.spec, { now: performance.now(), figures: { dropped: () => undefined } });
  await sink.ready;
  const began = performance.now();
  for (let n = 0; n < 50; n++) sink.write(frameAt(n), began);
  await sink.end(5_000);
  t.equal(await sink.ended, 'exit code 0');
  const tookMs = performance.now() - began;
  t.ok(tookMs >= 900, `a second of sound took ${tookMs.toFixed(0)} ms`);
});

void t.test('a spare does not listen until its first sound', async (t) => {
  const { url, place } = await start(t);
  const found = await findOutput('stream', place, signal);
  if (!found.works) throw new Error(found.reason);
  const sink = new SinkProcess(found.spec, { now: performance.now(), figures: { dropped: () => undefined } });
  await sink.ready;
  t.equal(readAddress(place.stream.file)?.url, url);
  await sink.end(2_000);
  t.equal(await sink.ended, 'exit code 0');
  t.ok((await fetch(url)).ok);
});

void t.test('who does not take the sound gets gaps, and nobody else does', async (t) => {
  const { url, health } = await start(t);
  const good = new StreamClient(t, url);
  const slow = new StreamClient(t, url);
  await slow.until(({ frames }) => frames.length > 5);
  slow.socket.pause();
  const dropped = async () =>
    Math.max(...(await health()).listeners.map(({ droppedFrames }) => droppedFrames));
  while ((await dropped()) < 10) await good.until(({ frames }) => frames.length % 10 === 0);
  slow.socket.resume();
  await slow.until(({ gaps }) => gaps === 1);
  t.equal(good.gaps, 0);
  const { listeners } = await health();
  t.equal(listeners.filter(({ droppedFrames }) => droppedFrames === 0).length, 1);
});

void t.test('what a page says of itself is told, and nothing else of it', async (t) => {
  const { url, health } = await start(t);
  const client = new StreamClient(t, url);
  await client.until(({ hello }) => hello !== undefined);
  client.socket.send(JSON.stringify({ state: 'connected', bufferedMs: 160, evil: 'x', room: {} }));
  const reported = async () => (await health()).listeners[0]?.page;
  while (Object.keys((await reported()) ?? {}).length === 0)
    await client.until(({ frames }) => frames.length > 0);
  t.strictSame(await reported(), { state: 'connected', bufferedMs: 160 });
  client.socket.send('x'.repeat(5_000));
  await client.until(({ closed }) => closed !== undefined);
  t.equal(client.closed, 1009, 'long messages are not for it');
});

void t.test('at most 32 hear it at a time', async (t) => {
  const { url, health } = await start(t);
  const clients = Array.from({ length: 32 }, () => new StreamClient(t, url));
  await Promise.all(clients.map(async (client) => await client.until(({ hello }) => hello !== undefined)));
  const refused = new StreamClient(t, url);
  await refused.until(({ refused }) => refused !== '');
  t.match(refused.refused, /503/);
  clients[0]?.socket.close();
  while ((await health()).listeners.length === 32);
  const next = new StreamClient(t, url);
  await next.until(({ frames }) => frames.length > 0);
});

void t.test('requests from elsewhere, and for something else, are refused', async (t) => {
  const { url } = await start(t);
  const page = await fetch(url);
  t.match(page.headers.get('content-type'), /html/);
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  t.match(await page.text(), /<script type="module"/);
  for (const path of ['player.js', 'sound-out.js', 'texts.js', 'worklet.js', 'jitter-buffer.js'])
    t.match((await fetch(url + path)).headers.get('content-type'), /javascript/, path);
  t.equal((await fetch(`${url}etc/passwd`)).status, 404);
  t.equal((await fetch(`${url}..%2f..%2faddress.ts`)).status, 404);
  t.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 405);
  t.equal((await fetch(`${url}sound`)).status, 426);
  t.equal((await fetch(url, { headers: { origin: 'https://else.example' } })).status, 403);
  const foreign = new StreamClient(t, url, { headers: { origin: 'https://else.example' } });
  await foreign.until(({ refused }) => refused !== '');
  t.match(foreign.refused, /403/);
  const rebound = new StreamClient(t, url, { headers: { host: 'rebound.example' } });
  await rebound.until(({ refused }) => refused !== '');
  t.match(rebound.refused, /403/);
  t.match(
    await say(url, 'GET / HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1.1 403/,
  );
  t.match(await say(url, 'nonsense\r\n\r\n'), /^HTTP\/1.1 400/);
  t.ok((await fetch(url)).ok, 'and it is still there');
});

async function say(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

void t.test('who lost the connection goes on where they were', async (t) => {
  const { url, rest } = await start(t);
  const first = new StreamClient(t, url);
  await first.until(({ frames }) => frames.length >= 10);
  first.socket.terminate();
  const position = (await rest()) - 4_800;
  const stream = first.hello?.stream;
  const second = new StreamClient(t, url, { query: `?stream=${stream}&position=${position}` });
  await second.until(({ frames }) => frames.length > 0);
  t.equal(second.frames[0]?.position, position, 'a tenth of a second that it missed');
});

void t.test('the next sink is at the same address, and a page that waits hears its beginning', async (t) => {
  const first = await start(t);
  const client = new StreamClient(t, first.url);
  await client.until(({ frames }) => frames.length >= 5);
  first.stop();
  const ending = first.sink.end(2_000);
  const second = await start(t, first.place);
  await ending;
  t.equal(second.url, first.url);
  await client.until(({ closed }) => closed !== undefined);
  const end = await second.rest();
  const again = new StreamClient(t, second.url, { query: `?stream=${client.hello?.stream}&position=48000` });
  await again.until(({ frames }) => frames.length > 0);
  t.not(again.hello?.stream, client.hello?.stream);
  t.equal(again.frames[0]?.position, Math.max(0, end - 14_400), 'what it can have missed, 300 ms at most');
});

void t.test('a port that is somebody else’s is said, and another is taken where any will do', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const place = placeIn(t.testdir());
  place.stream.port = port;
  const found = await findOutput('stream', place, signal);
  t.match(found, { works: false, reason: `port ${port} of 127.0.0.1 is taken` });
  await t.rejects(start(t, place), { message: `port ${port} of 127.0.0.1 is taken` });
  place.stream.port = 0;
  const { url } = await start(t, place);
  t.not(new URL(url).port, String(port));
});

void t.test('a sink whose port is taken meanwhile says so', async (t) => {
  const place = placeIn(t.testdir());
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  place.stream.port = (other.address() as AddressInfo).port;
  const spec = {
    ...(await specOf(placeIn(t.testdirName))),
    args: [
      join(import.meta.dirname, '../../../../workers/audio/outputs/stream-sink.ts'),
      '--room=demo',
      `--port=${place.stream.port}`,
      `--file=${place.stream.file}`,
    ],
  };
  const sink = new SinkProcess(spec, { now: performance.now(), figures: { dropped: () => undefined } });
  sink.write(frameAt(0), performance.now());
  t.match(await sink.ended, /exit code 1: Cannot stream: port \d+ of 127\.0\.0\.1 is taken/);
});

async function specOf(place: OutputPlace) {
  const found = await findOutput('stream', place, signal);
  if (!found.works) throw new Error(found.reason);
  return found.spec;
}

void t.test('streamPlace() gives each room a port of its own', async (t) => {
  const source = { type: 'douyin', webRid: 'x' };
  const { audio, rooms, reply } = configSchema.parse({
    rooms: [
      { id: 'shop', source },
      { id: 'salon', source },
    ],
    audio: { stream: { port: 8_100 } },
  });
  const { label } = reply.disclosure;
  t.not(label, '', 'by default there is one');
  t.strictSame(
    ['shop', 'salon'].map((room) => streamPlace(room, { audio, rooms, reply }, '/home/x')),
    [
      { room: 'shop', label, host: '127.0.0.1', port: 8_100, file: '/home/x/run/shop.stream.json' },
      { room: 'salon', label, host: '127.0.0.1', port: 8_101, file: '/home/x/run/salon.stream.json' },
    ],
  );
  t.equal(
    streamPlace('salon', { audio: { ...audio, stream: { host: '::1', port: 0 } }, rooms, reply }, '').port,
    0,
  );
});

void t.test('the address is told in a file that any program can read', async (t) => {
  const { url, place, sink } = await start(t);
  const address = JSON.parse(readFileSync(place.stream.file, 'utf8')) as {
    url: string;
    owner: { pid: number };
  };
  t.match(address, { url, owner: { pid: sink.pid } });
});
