import type { ServerResponse } from 'node:http';
import t from 'tap';
import type { Test } from 'tap';
import { makeWav, sawtooth } from '../../make-wav.ts';
import { openServer, reset } from '../../open-server.ts';
import { how, never, openConfigured, openEndpoint, reasonOf, say } from '../make-config.ts';
import type { Behaviour } from './fake-sovits.ts';
import { apiWithoutTokens, openFakeSovits, sendJson, sendSound, startStream } from './fake-sovits.ts';

const voice = { name: 'host', refAudio: '/ref/host.wav', promptText: '大家好', textLang: 'zh' };
const configure = (address: string, more: object = {}) => ({
  id: 'gpu',
  type: 'gpt-sovits',
  endpoints: [address],
  voices: [voice],
  ...more,
});

async function openWarm(t: Test, behaviour: Partial<Behaviour> = {}, more: object = {}) {
  const server = await openFakeSovits(t, behaviour);
  const endpoint = openEndpoint(t, configure(server.address, more));
  await endpoint.warmUp(never);
  return { server, endpoint };
}

/** Warms up well, then does as told. */
const afterwards =
  (tts: (answer: ServerResponse, body: Record<string, unknown>) => unknown): Behaviour['tts'] =>
  (answer, body, number) =>
    number === 1 ? sendSound(answer) : tts(answer, body);

void t.test('GptSovitsEndpoint.warmUp() looks what the server can do, and speaks once, whole', async (t) => {
  const { server } = await openWarm(t);
  t.same(
    server.asked.map(({ path }) => path),
    ['/openapi.json', '/tts'],
  );
  t.match(server.spoken[0], { streaming_mode: false, ref_audio_path: '/ref/host.wav', text: /^.{8}$/ });
});

void t.test('GptSovitsEndpoint.speak() asks as the server can be asked', async (t) => {
  const { server, endpoint } = await openWarm(t);
  const sound = await endpoint.speak(say(), how());
  t.same([sound.samples.length, sound.sampleRateHz], [2_000, 32_000]);
  t.match(server.spoken[1], { streaming_mode: 2, seed: 7, batch_size: 1, text_split_method: 'cut0' });
  await endpoint.speak(say(), how({ streamed: false, safer: true }));
  t.match(server.spoken[2], { streaming_mode: false, temperature: 0.7, top_k: 5 });
  const old = await openWarm(t, { openapi: apiWithoutTokens }, { streaming: 'fixed' });
  await old.endpoint.speak(say(), how());
  t.match(old.server.spoken[1], { streaming_mode: true });
});

void t.test('GptSovitsEndpoint.speak() turns each way of failing into its fault', async (t) => {
  const zeros = (bytes: number) => Buffer.alloc(bytes);
  const ways: [
    name: string,
    expected: { code: string; status?: number },
    (answer: ServerResponse) => unknown,
  ][] = [
    [
      'a bad parameter',
      { code: 'refused', status: 400 },
      (answer) => sendJson(answer, 400, { message: 'x' }),
    ],
    ['a number where a bool is wanted', { code: 'refused', status: 422 }, (a) => sendJson(a, 422, {})],
    [
      'silence that stands for an exception',
      { code: 'sentinel', status: 200 },
      (answer) => answer.end(makeWav(zeros(32_000), { sampleRateHz: 16_000 })),
    ],
    ['a header alone', { code: 'sentinel' }, (answer) => answer.end(makeWav(zeros(0), { dataSize: 0 }))],
    ['nothing at all', { code: 'sentinel' }, (answer) => answer.writeHead(200).end()],
    [
      'no reference, streamed',
      { code: 'cut-off' },
      (answer) => {
        startStream(answer);
        setImmediate(() => answer.socket?.destroy());
      },
    ],
    [
      'an exception half-way, streamed',
      { code: 'sentinel' },
      (answer) => {
        startStream(answer, 4_000);
        answer.write(zeros(32_000), () => answer.socket?.end());
      },
    ],
    [
      'a cut with less silence before it',
      { code: 'cut-off' },
      (answer) => {
        startStream(answer, 4_000);
        answer.write(zeros(31_998), () => answer.socket?.end());
      },
    ],
    ['no answer', { code: 'first-byte-timeout' }, () => undefined],
    [
      'a header and no more',
      { code: 'first-byte-timeout' },
      (answer) => answer.writeHead(200).write(makeWav(zeros(0))),
    ],
    ['a stall', { code: 'gap-timeout' }, (answer) => startStream(answer, 4_000)],
    ['a loop', { code: 'too-large' }, (answer) => startStream(answer, 60_000)],
    ['an overloaded proxy', { code: 'server', status: 502 }, (answer) => sendJson(answer, 502, {})],
    ['not a sound', { code: 'garbage' }, (answer) => answer.end('<html>welcome</html>')],
  ];
  for (const [name, expected, tts] of ways) {
    // Short only where it is to run out.
    const { code } = expected;
    const limits = {
      firstByteMs: code === 'first-byte-timeout' ? 100 : 60_000,
      gapMs: code === 'gap-timeout' ? 100 : 60_000,
      maxBytes: 50_000,
    };
    const { server, endpoint } = await openWarm(t, { tts: afterwards((answer) => tts(answer)) }, limits);
    await t.rejects(endpoint.speak(say(), how()), { name: 'EngineError', ...expected }, name);
    t.equal(server.spoken.length, 2, `${name}: asked once`);
  }
});

void t.test('GptSovitsEndpoint.speak() takes silence of another length or rate for sound', async (t) => {
  let number = 0;
  const sounds = [
    makeWav(Buffer.alloc(31_998), { sampleRateHz: 16_000 }),
    makeWav(Buffer.alloc(32_000), { sampleRateHz: 32_000 }),
    makeWav(sawtooth(16_000), { sampleRateHz: 16_000 }),
  ];
  const { endpoint } = await openWarm(t, { tts: afterwards((answer) => answer.end(sounds[number++])) });
  for (const length of [15_999, 16_000, 16_000])
    t.equal((await endpoint.speak(say(), how())).samples.length, length);
});

void t.test('GptSovitsEndpoint turns away a second request, of whatever kind', async (t) => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const { server, endpoint } = await openWarm(t, { tts: afterwards((answer) => arrived.resolve(answer)) });
  const speaking = endpoint.speak(say(), how());
  const answer = await arrived.promise;
  await t.rejects(endpoint.speak(say(), how()), { code: 'busy' });
  await t.rejects(endpoint.probe(never), { code: 'busy' });
  await t.rejects(endpoint.restart?.(never) ?? Promise.resolve(), { code: 'busy' });
  sendSound(answer);
  await speaking;
  t.equal(server.asked.length, 3);
});

void t.test('GptSovitsEndpoint.speak() ends the connection when it is no longer wanted', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const tts = afterwards((answer) => {
    startStream(answer, 400);
    arrived.resolve();
  });
  const { server, endpoint } = await openWarm(t, { tts });
  const stop = new AbortController();
  const speaking = endpoint.speak(say(), how({ signal: stop.signal }));
  await arrived.promise;
  const closed = server.closed();
  stop.abort(new Error('another one spoke'));
  await t.rejects(speaking, { message: 'another one spoke' });
  await closed;
});

void t.test(
  'GptSovitsEndpoint loads weights only when they are others, and speaks once before they count',
  async (t) => {
    const voices = ['a', 'b'].map((name) => ({
      ...voice,
      name,
      gptWeights: `/w/${name} 1.ckpt`,
      sovitsWeights: '/w/both.pth',
    }));
    const { server, endpoint } = await openWarm(t, {}, { voices });
    await endpoint.speak(say('你好', 'a'), how());
    await endpoint.speak(say('你好', 'b'), how());
    await endpoint.speak(say('你好', 'b'), how());
    t.same(
      server.asked.map(({ path }) => path),
      [
        '/openapi.json',
        '/set_gpt_weights?weights_path=%2Fw%2Fa+1.ckpt',
        '/set_sovits_weights?weights_path=%2Fw%2Fboth.pth',
        '/tts',
        '/tts',
        '/set_gpt_weights?weights_path=%2Fw%2Fb+1.ckpt',
        '/tts',
        '/tts',
        '/tts',
      ],
    );
  },
);

void t.test('GptSovitsEndpoint says which weights cannot be loaded', async (t) => {
  const voices = [{ ...voice, gptWeights: '/w/gone.ckpt', sovitsWeights: '/w/gone.pth' }];
  const server = await openFakeSovits(t, {
    weights: (answer, path) =>
      path.startsWith('/set_gpt')
        ? sendJson(answer, 200, { message: 'success' })
        : sendJson(answer, 400, { message: 'change sovits weight failed', Exception: 'no such file' }),
  });
  const endpoint = openEndpoint(t, configure(server.address, { voices }));
  await t.rejects(endpoint.warmUp(never), {
    code: 'configuration',
    problems: [
      {
        path: 'tts.engines[0].voices[0].sovitsWeights',
        message: /change sovits weight failed: no such file/,
      },
    ],
  });
});

void t.test('GptSovitsEndpoint takes voices with weights only where all have them', async (t) => {
  const voices = [
    { ...voice, gptWeights: '/w/a.ckpt' },
    { ...voice, name: 'b' },
  ];
  const opening = Promise.resolve().then(() =>
    openConfigured(t, [configure('http://127.0.0.1:1', { voices })]),
  );
  await t.rejects(opening, {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].voices[1].gptWeights' }],
  });
});

void t.test('GptSovitsEndpoint.warmUp() blames the configuration for what the server refuses', async (t) => {
  const refusals: [object, string][] = [
    [{ message: 'tts failed', Exception: 'prompt_text cannot be empty when using SoVITS_V3' }, 'promptText'],
    [{ message: 'tts failed', Exception: '参考音频在3~10秒范围外，请更换！' }, 'refAudio'],
    [{ message: 'tts failed', Exception: '/ref/host.wav not exists' }, 'refAudio'],
    [{ message: 'text_lang: xx is not supported in version v1' }, 'textLang'],
  ];
  for (const [json, field] of refusals) {
    const server = await openFakeSovits(t, { tts: (answer) => sendJson(answer, 400, json) });
    const endpoint = openEndpoint(t, configure(server.address));
    await t.rejects(endpoint.warmUp(never), {
      code: 'configuration',
      problems: [{ path: `tts.engines[0].voices[0].${field}` }],
    });
  }
  const full = { message: 'tts failed', Exception: 'CUDA out of memory' };
  const server = await openFakeSovits(t, { tts: (answer) => sendJson(answer, 400, full) });
  const endpoint = openEndpoint(t, configure(server.address));
  await t.rejects(endpoint.warmUp(never), { name: 'EngineError', code: 'refused' }, 'this may pass');
});

void t.test('GptSovitsEndpoint.warmUp() says of what type an older server is', async (t) => {
  const server = await openFakeSovits(t, { openapi: { paths: { '/': {}, '/control': {} } } });
  await t.rejects(openEndpoint(t, configure(server.address)).warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].type', message: /must be gpt-sovits-v1/ }],
  });
});

void t.test(
  'GptSovitsEndpoint.warmUp() does without a description, but not with another server',
  async (t) => {
    const { server, endpoint } = await openWarm(t, { openapi: null });
    await endpoint.speak(say(), how());
    t.match(server.spoken[1], { streaming_mode: true });
    const unable = await openWarm(t, { openapi: 500 });
    t.match(unable.server.spoken[0], { streaming_mode: false });
    const gateway = await openFakeSovits(t, { openapi: 502 });
    const away = await reasonOf(openEndpoint(t, configure(gateway.address)).warmUp(never));
    t.match(away, { code: 'server', status: 502 });
    const other = await openServer(t, (answer) => answer.writeHead(404).end('nginx'));
    const wrong = await reasonOf(openEndpoint(t, configure(other.address)).warmUp(never));
    t.match(wrong, { code: 'garbage', message: /not as GPT-SoVITS does/ });
  },
);

void t.test('GptSovitsEndpoint.probe() has no effect, and knows its own', async (t) => {
  const server = await openFakeSovits(t);
  const endpoint = openEndpoint(t, configure(server.address));
  await endpoint.probe(never);
  t.same(
    server.asked.map(({ method, path }) => `${method} ${path}`),
    ['GET /control'],
  );
  await server.stop();
  await t.rejects(endpoint.probe(never), { code: 'unreachable' });
});

void t.test('GptSovitsEndpoint.restart() waits until the server is there again, and warm', async (t) => {
  const asked: string[] = [];
  let restarts = 0;
  const server = await openFakeSovits(t, {
    control: (answer, path) => {
      asked.push(path);
      if (!path.includes('command=restart')) return sendJson(answer, 400, { message: 'command is required' });
      restarts += 1;
      return void server
        .stop()
        .then(async () => await openFakeSovits(t, { openapi: apiWithoutTokens }, server.port))
        .then((again) => (successor = again));
    },
  });
  let successor = server;
  const voices = [{ ...voice, gptWeights: '/w/a.ckpt' }];
  const endpoint = openEndpoint(t, configure(server.address, { voices }));
  await endpoint.warmUp(never);
  await endpoint.restart?.(never);
  t.same([restarts, asked], [1, ['/control?command=restart']], 'on a kept connection too, it is told once');
  t.same(
    successor.asked.map(({ path }) => path),
    ['/control', '/openapi.json', '/set_gpt_weights?weights_path=%2Fw%2Fa.ckpt', '/tts'],
  );
  await endpoint.speak(say(), how());
  t.match(successor.spoken[1], { streaming_mode: true }, 'what came back can less');
});

void t.test('GptSovitsEndpoint.restart() fails when the server does not come back, or refuses', async (t) => {
  const { server, endpoint } = await openWarm(
    t,
    { control: (answer) => reset(answer) },
    { restart: { readyMs: 1_000 } },
  );
  await t.rejects(endpoint.restart?.(never) ?? Promise.resolve(), {
    code: 'total-timeout',
    message: /not ready within 1000 ms/,
  });
  await server.stop();
  const stop = new AbortController();
  const restarting = endpoint.restart?.(stop.signal) ?? Promise.resolve();
  stop.abort(new Error('the show is over'));
  await t.rejects(restarting, { message: 'the show is over' });
  const proxied = await openWarm(t, { control: (answer) => sendJson(answer, 403, { detail: 'no' }) });
  await t.rejects(proxied.endpoint.restart?.(never) ?? Promise.resolve(), { code: 'refused', status: 403 });
});

void t.test('GptSovitsEndpoint looks anew at a server that was away', async (t) => {
  const { server, endpoint } = await openWarm(t);
  await server.stop();
  await t.rejects(endpoint.speak(say(), how()), { code: 'unreachable' });
  const successor = await openFakeSovits(t, { openapi: apiWithoutTokens }, server.port);
  await endpoint.speak(say(), how());
  t.same(
    successor.asked.map(({ path }) => path),
    ['/openapi.json', '/tts'],
  );
});
