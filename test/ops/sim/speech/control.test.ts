import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import { askTts, jsonOf } from '../gpt-sovits/ask-tts.ts';
import { ask } from './raw-client.ts';

const text = '大家好。';

void t.test('answerControl() tells the state and what was answered since', async (t) => {
  const logFile = join(t.testdir(), 'log.ndjson');
  await using server = await openGptSovits({ logFile });
  await askTts(server, { text });
  await askTts(server, { text: '' });
  const get = async (path: string) => jsonOf(await ask(server.port, { path }));
  t.match(await get('/sim/state'), {
    port: server.port,
    isListening: true,
    isBlocked: false,
    requests: 2,
    inFlight: 0,
    faults: { ok: 2 },
    version: 'v2ProPlus',
  });
  const first = {
    seq: 1,
    method: 'POST',
    path: '/tts',
    text,
    status: 200,
    isRight: true,
    sha256: /^[\da-f]{64}$/,
  };
  const second = { seq: 2, text: '', status: 400, isRight: false, samples: 0, sha256: '' };
  t.match(await get('/sim/log'), { next: 2, log: [first, second] });
  t.match(await get('/sim/log?since=1'), { next: 2, log: [second] });
  t.match(await get('/sim/log?since=2'), { next: 2, log: [] });
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  t.match(
    lines.map((line) => JSON.parse(line) as object),
    [first, second],
    'the file has the same',
  );
});

void t.test('answerControl() changes which requests get which fault', async (t) => {
  await using server = await openGptSovits();
  const post = async (change: object) =>
    await ask(server.port, { path: '/sim/faults', body: JSON.stringify(change) });
  const statuses = async (count: number) => {
    const all: number[] = [];
    for (let n = 0; n < count; n++) all.push((await askTts(server, { text })).status);
    return all;
  };
  t.match(await post({ next: ['500', '429'] }), { status: 200 });
  t.match(jsonOf(await ask(server.port, { path: '/sim/faults' })), { next: ['500', '429'], always: 'ok' });
  t.same(await statuses(3), [500, 429, 200]);
  await post({ always: 'unprocessable' });
  t.same(await statuses(2), [422, 422]);
  t.match(await askTts(server, { text }, { fault: '500' }), { status: 500 }, 'its own wish comes first');
  await post({ clear: true, probabilities: { '500': 0.5 }, seed: 3 });
  const drawn = await statuses(12);
  t.ok(drawn.includes(200) && drawn.includes(500), drawn.join(' '));
  await post({ seed: 3 });
  t.same(await statuses(12), drawn, 'the same seed draws the same');
  await post({ clear: true, times: { retryAfterSeconds: 9 } });
  t.match(await askTts(server, { text }, { fault: '429' }), { headers: { 'retry-after': '9' } });
});

void t.test(
  'answerControl() answers what is wrong with 400 and the reason, and changes nothing',
  async (t) => {
    await using server = await openGptSovits();
    const faults = async () => jsonOf(await ask(server.port, { path: '/sim/faults' }));
    const before = await faults();
    const wrong = [
      'no JSON',
      '[]',
      '{"always":"no-such-fault"}',
      '{"next":["ok","no-such-fault"]}',
      '{"probabilities":{"500":0.7,"429":0.7}}',
      '{"probabilities":{"500":-1}}',
      '{"times":{"busyMs":-1}}',
      '{"times":{"coffeeMs":1}}',
      '{"alway":"500"}',
    ];
    for (const body of wrong) {
      const heard = await ask(server.port, { path: '/sim/faults', body });
      t.equal(heard.status, 400, body);
      t.match(jsonOf(heard), { error: /./ });
    }
    t.same(await faults(), before);
    t.match(await ask(server.port, { path: '/sim/log?since=-1' }), { status: 400 });
    t.match(await ask(server.port, { path: '/sim/log?since=x' }), { status: 400 });
    t.match(await ask(server.port, { path: '/sim/nothing' }), { status: 404 });
    const strange = { 'x-sim-fault': 'no-such-fault', 'content-type': 'application/json' };
    t.match(await askTts(server, { text }, { headers: strange }), { status: 400 });
    t.equal(server.state().requests, 0, 'what asks for a fault that there is not is no request');
  },
);
