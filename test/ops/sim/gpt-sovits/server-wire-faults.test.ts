import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import { speechFaultNames, type SpeechFault } from '../../../../protocol/simulated-faults.ts';
import { ask, readWav, type Heard } from '../speech/raw-client.ts';
import { askTts, ttsOf } from './ask-tts.ts';

const text = '大家好，欢迎来到直播间。';
const json = { 'content-type': 'application/json' };

/** What comes at once, and is no sound. */
const refusals: [SpeechFault, object, string | RegExp][] = [
  ['bad-request', { status: 400, headers: json, isComplete: true }, /"message":/],
  ['unprocessable', { status: 422, headers: json, isComplete: true }, /"streaming_mode"/],
  ['429', { status: 429, headers: { 'retry-after': '7' }, isComplete: true }, /too many/],
  ['500', { status: 500, headers: { 'content-type': /^text\/plain/ }, isComplete: true }, /^Internal/],
  ['502-503-504', { status: /^50[234]$/, headers: { 'content-type': 'text/html' } }, /<title>50[234] /],
  [
    'html-200',
    { status: 200, headers: { 'content-type': 'text/html' }, isComplete: true },
    /^<!DOCTYPE html>/,
  ],
  ['garbage', { status: 200, headers: { 'content-type': 'audio/wav' }, isComplete: true }, /^(?!RIFF)/],
  ['empty-reset', { status: 200, isComplete: false, ending: 'in order' }, /^$/],
  ['headers-half', { status: 0, bytes: /^HTTP\/1\.1 200 OK\r\n[^\r]+$/, ending: 'in order' }, /^$/],
  ['refuse', { status: 0, bytes: /^$/, ending: 'ECONNRESET' }, /^$/],
  ['restart', { status: 0, bytes: /^$/ }, /^$/],
];

for (const [fault, answer, body] of refusals) {
  void t.test(`openGptSovits() answers without any sound with the fault ${fault}`, async (t) => {
    for (const streaming_mode of [0, 2]) {
      await using server = await openGptSovits({ times: { retryAfterSeconds: 7 } });
      const heard = await askTts(server, { text, streaming_mode }, { fault });
      t.match({ ...heard, status: heard.status, bytes: heard.bytes.toString('latin1') }, answer);
      t.match(heard.body.toString('latin1'), body);
      t.match(server.log(), [{ fault, isRight: false, outcome: 'none', sampleRateHz: Number }]);
    }
  });
}

for (const fault of ['refuse', 'restart'] as const) {
  void t.test(`openGptSovits() refuses connections for a while with the fault ${fault}`, async (t) => {
    await using server = await openGptSovits({ times: { refuseMs: 3_600_000, restartMs: 3_600_000 } });
    await askTts(server, {}, { fault });
    t.match(await ask(server.port, { path: '/control' }), { status: 0, ending: 'ECONNREFUSED' });
    t.equal(server.state().isListening, false);
    await using soon = await openGptSovits({ times: { refuseMs: 0, restartMs: 0 } });
    await askTts(soon, {}, { fault });
    await soon.untilListening();
    t.match(await askTts(soon, { text }), { status: 200, isComplete: true });
  });
}

void t.test('openGptSovits() sends a part and then nothing more with the fault stall', async (t) => {
  const server = await openGptSovits();
  const whole = (await askTts(server, { text })).body.length;
  const expected = 44 + Math.floor(((whole - 44) * 0.4) / 2) * 2;
  const headAndPart = Promise.withResolvers<void>();
  const onBytes = (total: number) => {
    if (total >= expected) headAndPart.resolve();
  };
  const stalled = askTts(server, { text }, { fault: 'stall', onBytes });
  await headAndPart.promise;
  t.equal(server.state().inFlight, 1);
  // The end of the server ends what would else go on for ever.
  await server[Symbol.asyncDispose]();
  const heard = await stalled;
  t.match(heard, { status: 200, isComplete: false });
  t.equal(heard.body.length, expected);
});

void t.test('openGptSovits() takes a request and never answers with the fault hang', async (t) => {
  await using server = await openGptSovits({ faults: { next: ['hang'] } });
  const leave = new AbortController();
  const { path, headers, body } = ttsOf();
  const request = { method: 'POST', headers: headers ?? {}, body: String(body), signal: leave.signal };
  const asked = t.rejects(fetch(`${server.url}${path}`, request), { name: 'AbortError' });
  await server.until(() => server.state().inFlight === 1);
  t.match(await ask(server.port, { path: '/control' }), { status: 400 }, 'others are answered');
  leave.abort();
  await asked;
  await server.until(() => server.state().inFlight === 0);
  t.match(server.log().at(-1), { fault: 'hang', aborted: true, status: 0 });
});

void t.test('openGptSovits() lets the first byte wait with the fault slow-first-byte', async (t) => {
  await using server = await openGptSovits({ times: { slowFirstByteMs: 100 } });
  const plain = await askTts(server, { text });
  for (const streaming_mode of [0, 2]) {
    const heard = await askTts(server, { text, streaming_mode }, { fault: 'slow-first-byte' });
    t.equal(heard.body.length, plain.body.length);
    const record = server.log().at(-1);
    t.match(record, { isRight: true });
    // A timer may be early by a part of a millisecond.
    t.ok((record?.firstByteMs ?? 0) >= 99, `${record?.firstByteMs} ms`);
  }
});

void t.test('openGptSovits() sends byte after byte with the fault slow-loris', async (t) => {
  await using server = await openGptSovits({ times: { lorisPauseMs: 1 } });
  const heard = await askTts(server, { text, streaming_mode: 2 }, { fault: 'slow-loris', leaveAfter: 600 });
  const raw = heard.bytes.toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n');
  t.match(raw, /^(1\r\n[^]\r\n){10,}/);
  await server.until(() => server.state().inFlight === 0);
  t.match(server.log(), [{ fault: 'slow-loris', aborted: true }]);
});

void t.test('openGptSovits() answers nobody, and then all, with the fault busy', async (t) => {
  await using server = await openGptSovits({ times: { busyMs: 100 } });
  const busy = askTts(server, { text }, { fault: 'busy' });
  await server.until(() => server.state().isBlocked);
  const [spoken, probe] = await Promise.all([busy, ask(server.port, { path: '/control' })]);
  t.match([spoken, probe], [{ status: 200, isComplete: true }, { status: 400 }]);

  const stuck = await openGptSovits({ times: { busyMs: 3_600_000 } });
  const never: Promise<Heard>[] = [askTts(stuck, { text }, { fault: 'busy' })];
  await stuck.until(() => stuck.state().isBlocked);
  never.push(ask(stuck.port, { path: '/control' }));
  await stuck.until(() => stuck.state().otherRequests === 1);
  const state = await ask(stuck.port, { path: '/sim/state' });
  t.match(JSON.parse(state.body.toString()), { isBlocked: true, inFlight: 1 });
  await stuck[Symbol.asyncDispose]();
  t.match(await Promise.all(never), [{ bytes: Buffer.alloc(0) }, { bytes: Buffer.alloc(0) }]);
});

void t.test('openGptSovits() is slower with each request that has the fault degradation', async (t) => {
  await using server = await openGptSovits({ times: { degradationMs: 40, restartMs: 0 } });
  for (const _ of [1, 2]) await askTts(server, { text }, { fault: 'degradation' });
  t.equal(server.state().decayMs, 80);
  await askTts(server, { text });
  const record = server.log().at(-1);
  t.ok((record?.firstByteMs ?? 0) >= 79, `${record?.firstByteMs} ms`);
  await ask(server.port, { path: '/control?command=restart' });
  t.equal(server.state().decayMs, 0, 'as new');
});

void t.test('openGptSovits() resets the next request with the fault keep-alive-reset', async (t) => {
  await using server = await openGptSovits({ faults: { next: ['keep-alive-reset'] } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const { path, headers, body } = ttsOf({ text });
  const send = () => request({ agent, port: server.port, path, headers, method: 'POST' }).end(body);
  const first = send();
  const [response] = (await once(first, 'response')) as [IncomingMessage];
  const parts = (await response.toArray()) as Buffer[];
  t.ok(readWav(Buffer.concat(parts)).samples.length > 10_000, 'the first is answered');
  const second = send();
  await t.rejects(once(second, 'response'), { code: 'ECONNRESET' });
  t.ok(second.reusedSocket);
  t.match(await askTts(server, { text }), { status: 200 }, 'another connection is not concerned');
  t.match(server.state(), { requests: 3 });
});

for (const [fault, mb] of [
  ['huge', 400],
  ['endless', 0.5],
] as const) {
  void t.test(`openGptSovits() ends its work when the client of ${fault} leaves`, async (t) => {
    await using server = await openGptSovits();
    for (const streaming_mode of [0, 2]) {
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const heard = await askTts(
        server,
        { text, streaming_mode },
        {
          fault,
          leaveAfter: mb * 2 ** 20,
          onBytes: () => (most = Math.max(most, process.memoryUsage().arrayBuffers - before)),
        },
      );
      t.match(heard, { status: 200 });
      const length = heard.headers['content-length'];
      t.equal(length, fault === 'huge' && streaming_mode === 0 ? String(10 * 2 ** 30) : undefined);
      await server.until(() => server.state().inFlight === 0);
      const record = server.log().at(-1);
      t.match(record, { fault, aborted: true, isRight: false });
      t.ok((record?.samples ?? 0) * 2 > mb * 2 ** 20 * 0.9, 'so much was sent');
      // Half of it: what was sent is not collected at once.
      t.ok(most < Math.max(64, mb / 2) * 2 ** 20, `${Math.round(most / 2 ** 20)} MB of buffers at the most`);
    }
  });
}

void t.test('the tests of faults know all of them', (t) => {
  const own: SpeechFault[] = ['stall', 'hang', 'slow-first-byte', 'slow-loris', 'busy', 'degradation'];
  const more: SpeechFault[] = ['keep-alive-reset', 'huge', 'endless', 'weights-race'];
  const inSound: SpeechFault[] = [
    'ok',
    'sentinel',
    'header-size-zero',
    'wrong-rate',
    'v4-rate',
    'nan-silence',
  ];
  const inSoundToo: SpeechFault[] = [
    'blank',
    'wrap-click',
    'clipping',
    'truncated',
    'loop',
    'reference-leak',
  ];
  const last: SpeechFault[] = ['crossed-voices', 'noise-tail', 'partial-zeros-reset'];
  const known = [...refusals.map(([name]) => name), ...own, ...more, ...inSound, ...inSoundToo, ...last];
  t.same(known.toSorted(), speechFaultNames.toSorted());
  t.end();
});
