import t from 'tap';
import { openGptSovits } from '../../../../ops/sim/gpt-sovits/server.ts';
import { isSameSound, loudness, readWav } from '../speech/raw-client.ts';
import { askTts, jsonOf, line } from './ask-tts.ts';

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
    t.ok(isSameSound(samples, whole), `mode ${streaming_mode} says the same`);
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
  t.ok(isSameSound(skipped, whole.slice(0, skipped.length)));
  t.ok(skipped.length < whole.length * 0.6);
  t.ok(isSameSound(await samples({ streaming_mode: 1, batch_size: 4 }), whole));
  t.same(
    server.log().map(({ isRight }) => isRight),
    [true, false, true],
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
