import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import { ask, loudness, readWav, type Heard } from '../speech/raw-client.ts';
import { askTts, jsonOf, line, usual } from './ask-tts.ts';

void t.test('openGptSovits() answers a text with speech in the rate of its model', async (t) => {
  const rates = { v2: 32_000, v2ProPlus: 32_000, v3: 24_000, v4: 48_000 } as const;
  for (const version of ['v2', 'v2ProPlus', 'v3', 'v4'] as const) {
    await using server = await openGptSovits({ version });
    const heard = await askTts(server);
    t.match(heard, { status: 200, isComplete: true, headers: { 'content-type': 'audio/wav' } });
    const { rateHz, dataBytes, riffBytes, samples } = readWav(heard.body);
    t.equal(rateHz, rates[version]);
    t.equal(dataBytes, samples.length * 2);
    t.equal(riffBytes, samples.length * 2 + 36);
    const seconds = samples.length / rateHz;
    t.ok(seconds > line.length * 0.12 && seconds < line.length * 0.4, `${seconds} s`);
    t.ok(loudness(samples) > 0.02, 'it can be heard');
    t.match(server.log(), [{ text: line, isRight: true, outcome: 'right', samples: samples.length }]);
  }
});

void t.test('openGptSovits() streams a header without sizes, then samples in chunks', async (t) => {
  await using server = await openGptSovits();
  const whole = readWav((await askTts(server)).body).samples;
  for (const streaming_mode of [1, 2, 3, true]) {
    const heard = await askTts(server, { streaming_mode });
    t.match(heard, { status: 200, isComplete: true, headers: { 'transfer-encoding': 'chunked' } });
    const { rateHz, dataBytes, riffBytes, samples } = readWav(heard.body);
    t.same({ rateHz, dataBytes, riffBytes }, { rateHz: 32_000, dataBytes: 0, riffBytes: 36 });
    t.same(samples, whole, `mode ${streaming_mode} says the same`);
  }
  const raw = await askTts(server, { streaming_mode: 2, media_type: 'raw' });
  t.equal(raw.headers['content-type'], 'audio/raw');
  t.equal(raw.body.length, whole.length * 2);
});

void t.test('openGptSovits() puts fragment_interval after every fragment', async (t) => {
  await using server = await openGptSovits();
  const ask = async (fragment_interval: number) =>
    readWav((await askTts(server, { fragment_interval, text_split_method: 'cut3' })).body).samples;
  const [none, some] = [await ask(0), await ask(0.3)];
  t.equal(some.length - none.length, 2 * 0.3 * 32_000);
  t.ok(some.slice(-9_600).every((sample) => sample === 0));
});

void t.test('openGptSovits() gives the same samples for the same seed, and others for another', async (t) => {
  await using one = await openGptSovits({ seed: 1 });
  await using other = await openGptSovits({ seed: 2 });
  // What else was spoken before makes no difference.
  await askTts(other, { text: '先说另外的一句话。' });
  const sha = async (server: typeof one, parameters: object) => {
    await askTts(server, { ...parameters });
    return server.log().at(-1);
  };
  const first = await sha(one, { seed: 7 });
  t.equal((await sha(other, { seed: 7 }))?.sha256, first?.sha256);
  const second = await sha(one, { seed: 8 });
  t.not(second?.sha256, first?.sha256);
  const share = (second?.samples ?? 0) / (first?.samples ?? 1);
  t.ok(share !== 1 && share > 0.9 && share < 1.1, `${share} times as long`);
  t.not((await sha(one, { seed: 7, temperature: 0.7 }))?.sha256, first?.sha256);
  t.not((await sha(one, { seed: -1 }))?.sha256, (await sha(one, { seed: -1 }))?.sha256);
});

void t.test('openGptSovits() refuses parameters in the words and the order of the server', async (t) => {
  await using server = await openGptSovits({ version: 'v2' });
  const refusals: [object, number, object][] = [
    [{ ref_audio_path: '' }, 400, { message: 'ref_audio_path is required' }],
    [{ text: '' }, 400, { message: 'text is required' }],
    [{ text_lang: '' }, 400, { message: 'text_lang is required' }],
    [{ text_lang: 'fr' }, 400, { message: 'text_lang: fr is not supported in version v2' }],
    [{ prompt_lang: '' }, 400, { message: 'prompt_lang is required' }],
    [{ media_type: 'mp3' }, 400, { message: 'media_type: mp3 is not supported' }],
    [{ text_split_method: 'cut9' }, 400, { message: 'text_split_method:cut9 is not supported' }],
    [{ streaming_mode: 4 }, 400, { message: /streaming_mode must be 0, 1, 2, 3/ }],
    [{ text_lang: 'ZH' }, 400, { message: 'tts failed', Exception: '' }],
    [{ media_type: 'ogg' }, 400, { message: 'tts failed', Exception: /Format not recognised/ }],
    [{ media_type: 'aac' }, 400, { message: 'tts failed', Exception: /ffmpeg/ }],
    [{ top_k: 'many' }, 422, { detail: [{ loc: ['body', 'top_k'], type: 'int_parsing' }] }],
    [{ text: null }, 422, { detail: [{ loc: ['body', 'text'], type: 'string_type' }] }],
    [{ speed_factor: [] }, 422, { detail: [{ loc: ['body', 'speed_factor'] }] }],
  ];
  for (const [parameters, status, body] of refusals) {
    const heard = await askTts(server, { ...parameters });
    t.equal(heard.status, status, JSON.stringify(parameters));
    t.match(jsonOf(heard), body);
  }
  t.ok(server.log().every(({ isRight }) => !isRight));
  await using first = await openGptSovits({ version: 'v1' });
  t.match(jsonOf(await askTts(first, { text_lang: 'yue' })), { message: /not supported in version v1/ });
});

void t.test('openGptSovits() takes GET as well, with its own ways', async (t) => {
  await using server = await openGptSovits();
  const query = (changes: Record<string, string>) => {
    const given = Object.entries({ ...usual, ...changes }).map(([key, value]) => [key, String(value)]);
    return `/tts?${new URLSearchParams(Object.fromEntries(given))}`;
  };
  const get = async (path: string) => await ask(server.port, { path });
  t.equal((await get(query({ text_lang: 'ZH', streaming_mode: '2' }))).status, 200);
  t.match(await get(query({ batch_size: '1.5' })), { status: 422 });
  const nothing = await get('/tts?text=a');
  t.match(nothing, { status: 500 });
  t.equal(nothing.body.toString(), 'Internal Server Error');
});

void t.test('openGptSovits() knows only the routes and methods of the server', async (t) => {
  await using server = await openGptSovits({
    weights: ['a.ckpt', 'a.pth'],
    references: { 'a.wav': 5, 'long.wav': 11 },
  });
  const heard = async (path: string, method = 'GET') => await ask(server.port, { path, method });
  const say = async (path: string) => {
    const { status, body } = await heard(path);
    return [status, JSON.parse(body.toString())];
  };
  t.same(await say('/control'), [400, { message: 'command is required' }]);
  t.match(await heard('/control', 'POST'), { status: 405 });
  t.same(await say('/health'), [404, { detail: 'Not Found' }]);
  t.same(await say('/'), [404, { detail: 'Not Found' }]);
  t.same(await say('/set_gpt_weights'), [400, { message: 'gpt weight path is required' }]);
  t.same(await say('/set_gpt_weights?weights_path=a.ckpt'), [200, { message: 'success' }]);
  t.match(await say('/set_sovits_weights?weights_path=b.pth'), [
    400,
    { message: 'change sovits weight failed' },
  ]);
  t.same(await say('/set_refer_audio?refer_audio_path=a.wav'), [200, { message: 'success' }]);
  t.match(await say('/set_refer_audio?refer_audio_path=long.wav'), [
    400,
    { message: 'set refer audio failed' },
  ]);
  t.match(server.state(), { requests: 0, otherRequests: 9, weights: { gpt: 'a.ckpt', sovits: 'default' } });
});

void t.test(
  'openGptSovits() describes its parameters, and an old one takes no number for streaming_mode',
  async (t) => {
    const properties = async (server: { port: number }) => {
      const described = jsonOf(await ask(server.port, { path: '/openapi.json' })) as {
        components: { schemas: { TTS_Request: { properties: Record<string, { default?: unknown }> } } };
      };
      return described.components.schemas.TTS_Request.properties;
    };
    await using current = await openGptSovits();
    await using old = await openGptSovits({ release: 'old' });
    t.same((await properties(current))['min_chunk_length'], {
      type: 'integer',
      title: 'Min Chunk Length',
      default: 16,
    });
    const before = await properties(old);
    t.notOk('min_chunk_length' in before);
    t.equal(before['top_k']?.default, 5);
    const refused = await askTts(old, { streaming_mode: 2 });
    t.equal(refused.status, 422);
    t.match(jsonOf(refused), {
      detail: [{ type: 'bool_parsing', loc: ['body', 'streaming_mode'], input: 2 }],
    });
    t.match(await askTts(old, { streaming_mode: true }), { status: 200, isComplete: true });
  },
);

void t.test(
  'openGptSovits() tells what is missing before a stream by ending it without a byte',
  async (t) => {
    const references = { 'short.wav': 2, 'a.wav': 5 };
    await using server = await openGptSovits({ version: 'v3', references });
    const cases: [object, RegExp][] = [
      [{ ref_audio_path: 'gone.wav' }, /not exists/],
      [{ ref_audio_path: 'short.wav' }, /3~10秒/],
      [{ ref_audio_path: 'a.wav', prompt_text: '' }, /prompt_text cannot be empty/],
    ];
    for (const [parameters, exception] of cases) {
      const whole = await askTts(server, { ...parameters });
      t.equal(whole.status, 400);
      t.match(jsonOf(whole), { message: 'tts failed', Exception: exception });
      const streamed = await askTts(server, { ...parameters, streaming_mode: 1 });
      t.match(streamed, { status: 200, isComplete: false, ending: 'in order' });
      t.equal(streamed.body.length, 0);
    }
  },
);

void t.test('openGptSovits() has a second of zeros for a text that nobody can say', async (t) => {
  await using server = await openGptSovits();
  const { rateHz, samples } = readWav((await askTts(server, { text: '😀🎉' })).body);
  t.same([rateHz, samples.length, loudness(samples)], [16_000, 16_000, 0]);
  const streamed = await askTts(server, { text: '😀🎉', streaming_mode: 2 });
  t.match(streamed, { status: 200, isComplete: true });
  t.equal(streamed.body.length, 44);
  t.same(
    server.log().map(({ outcome }) => outcome),
    ['none', 'none'],
  );
});

void t.test('openGptSovits() skips sentences when a stream of tokens has batches', async (t) => {
  await using server = await openGptSovits();
  const samples = async (parameters: object) =>
    readWav((await askTts(server, { text_split_method: 'cut3', fragment_interval: 0, ...parameters })).body)
      .samples;
  const whole = await samples({ streaming_mode: 2, batch_size: 1 });
  const skipped = await samples({ streaming_mode: 2, batch_size: 4 });
  t.same(skipped, whole.slice(0, skipped.length));
  t.ok(skipped.length < whole.length * 0.6);
  t.same(await samples({ streaming_mode: 1, batch_size: 4 }), whole);
  t.same(
    server.log().map(({ isRight }) => isRight),
    [true, false, true],
  );
});

void t.test(
  'openGptSovits() answers nobody while it works on a whole text, not even when its client is gone',
  async (t) => {
    await using server = await openGptSovits({ inference: { fixedMs: 300 } });
    const order: string[] = [];
    const note = async (name: string, answer: Promise<Heard>) => {
      await answer;
      order.push(name);
    };
    const first = note('first', askTts(server));
    await server.until(() => server.state().isBlocked);
    await Promise.all([
      first,
      note('second', askTts(server)),
      note('probe', ask(server.port, { path: '/control' })),
    ]);
    t.equal(order[0], 'first');
    t.equal(server.state().mostInFlight, 2);
    const [, second] = server.log().filter(({ isSpeech }) => isSpeech);
    t.ok((second?.waitedMs ?? 0) > 100, 'the second waited for the first');
    const gone = new AbortController();
    const asked = fetch(`${server.url}/tts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(usual),
      signal: gone.signal,
    });
    await server.until(() => server.state().isBlocked);
    gone.abort();
    await t.rejects(asked);
    await ask(server.port, { path: '/control' });
    t.equal(server.state().inFlight, 0, 'the probe was answered after the work');
    t.match(
      server.log().find(({ aborted }) => aborted),
      { isRight: false, samples: 0 },
    );
  },
);

void t.test(
  'openGptSovits() answers probes beside a stream, and ends its work when the client leaves',
  async (t) => {
    await using server = await openGptSovits({ inference: { fixedMs: 60_000, firstShare: 0.001 } });
    const gone = askTts(server, { streaming_mode: 3 }, { leaveAfter: 1_000 });
    t.match(await ask(server.port, { path: '/control' }), { status: 400 });
    await gone;
    await server.until(() => server.state().inFlight === 0);
    t.match(server.log().at(-1), { aborted: true, isRight: false });
  },
);

void t.test('openGptSovits() crosses the voices of streams that run at the same time', async (t) => {
  await using server = await openGptSovits({ inference: { fixedMs: 300 } });
  const other = '这个是完全不一样的另外一句话，大家可以听得出来。';
  const alone = readWav((await askTts(server, { streaming_mode: 2 })).body).samples;
  const [one, two] = await Promise.all([
    askTts(server, { streaming_mode: 2 }),
    askTts(server, { streaming_mode: 2, text: other }),
  ]);
  t.notSame(readWav(one.body).samples, alone);
  t.ok(two.isComplete);
  t.same(
    server.log().map(({ outcome }) => outcome),
    ['right', 'wrong', 'wrong'],
  );
  t.same(
    readWav((await askTts(server, { streaming_mode: 2 })).body).samples,
    alone,
    'as before once it is alone',
  );
});

void t.test('openGptSovits() wraps the peak of what is too loud', async (t) => {
  await using server = await openGptSovits({ wrapShare: 1 });
  const { samples } = readWav((await askTts(server)).body);
  const at = samples.indexOf(-32_768);
  t.ok(
    at > 0 && (samples[at - 1] ?? 0) > 16_000 && (samples[at + 1] ?? 0) > 16_000,
    'alone between large ones',
  );
  t.match(server.log(), [{ outcome: 'repairable', isRight: true }]);
});

void t.test('openGptSovits() can be told to restart and to exit', async (t) => {
  await using server = await openGptSovits({ times: { restartMs: 50 } });
  t.match(await ask(server.port, { path: '/control?command=restart' }), { status: 0 });
  t.match(await ask(server.port, { path: '/control' }), { ending: 'ECONNREFUSED' });
  await server.untilListening();
  t.match(await askTts(server), { status: 200 });
  t.match(server.state(), { restarts: 1, isListening: true });
  t.match(server.log(), [{ path: '/control', aborted: false }, {}]);
  await ask(server.port, { path: '/control?command=exit' });
  await server.untilDone();
  t.match(await ask(server.port, { path: '/control' }), { ending: 'ECONNREFUSED' });
});
