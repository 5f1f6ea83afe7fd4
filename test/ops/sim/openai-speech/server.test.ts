import t from 'tap';
import { openOpenAiSpeech } from '../../../../ops/sim/openai-speech/server.ts';
import { jsonOf } from '../gpt-sovits/ask-tts.ts';
import { ask, isSameSound, loudness, readWav, type Ask, type Heard } from '../speech/raw-client.ts';

const usual = { model: 'tts-1', input: '大家好，欢迎来到直播间。', voice: 'alloy', response_format: 'wav' };

async function speak(
  { port }: { port: number },
  parameters: object = {},
  { headers = {}, ...options }: Partial<Ask> = {},
): Promise<Heard> {
  return await ask(port, {
    path: '/v1/audio/speech',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...usual, ...parameters }),
    ...options,
  });
}

void t.test('openOpenAiSpeech() speaks wav and pcm, in chunks and whole', async (t) => {
  const cases = [
    [{ pieceSeconds: 0 }, 'wav', 'audio/wav', false],
    [{}, 'wav', 'audio/wav', true],
    [{}, 'pcm', 'audio/pcm', true],
    [{ tellRate: true, sampleRateHz: 22_050 }, 'pcm', 'audio/pcm;rate=22050', true],
  ] as const;
  for (const [options, response_format, type, isChunked] of cases) {
    await using server = await openOpenAiSpeech(options);
    const heard = await speak(server, { response_format });
    t.match(heard, { status: 200, isComplete: true, headers: { 'content-type': type } });
    t.equal(heard.headers['content-type'], type);
    t.equal(heard.headers['transfer-encoding'], isChunked ? 'chunked' : undefined);
    const bytes = new Uint8Array(heard.body);
    const samples = response_format === 'wav' ? readWav(heard.body).samples : new Int16Array(bytes.buffer);
    t.ok(loudness(samples) > 0.02, 'it can be heard');
    const rateHz = 'sampleRateHz' in options ? options.sampleRateHz : 24_000;
    t.match(server.log(), [
      { text: usual.input, isRight: true, samples: samples.length, sampleRateHz: rateHz },
    ]);
    if (response_format === 'pcm') continue;
    const { dataBytes, rateHz: told } = readWav(heard.body);
    t.same([told, dataBytes], [rateHz, isChunked ? 0xffff_ffff : samples.length * 2]);
  }
});

void t.test('openOpenAiSpeech() refuses in the shape of errors that clients know', async (t) => {
  await using server = await openOpenAiSpeech({ voices: ['alloy'] });
  const refusals: [object, string | null, RegExp][] = [
    [{ input: undefined }, 'input', /Missing required parameter: 'input'/],
    [{ input: '' }, 'input', /Invalid type for 'input'/],
    [{ input: '好'.repeat(4_097) }, 'input', /at most 4096/],
    [{ model: 'tts-9' }, 'model', /does not exist/],
    [{ voice: 'nobody' }, 'voice', /Supported values are: alloy/],
    [{ response_format: 'wma' }, 'response_format', /Supported values/],
    [{ response_format: 'mp3' }, 'response_format', /not available/],
    [{ response_format: undefined }, 'response_format', /'mp3' is not available/],
    [{ speed: 9 }, 'speed', /between 0\.25 and 4/],
  ];
  for (const [parameters, param, message] of refusals) {
    const heard = await speak(server, parameters);
    t.equal(heard.status, 400, JSON.stringify(parameters).slice(0, 60));
    t.match(jsonOf(heard), { error: { type: 'invalid_request_error', param, message, code: null } });
  }
  t.match(await speak(server, {}, { body: '{' }), { status: 400 });
  t.match(await speak(server, {}, { path: '/v1/audio/speeches' }), { status: 404 });
  t.ok(server.log().every(({ isRight }) => !isRight));
});

void t.test('openOpenAiSpeech() asks for its key', async (t) => {
  await using server = await openOpenAiSpeech({ apiKey: 'secret' });
  for (const headers of [{}, { authorization: 'Bearer other' }, { authorization: 'secret' }]) {
    const heard = await speak(server, {}, { headers });
    t.match(heard, { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    t.match(jsonOf(heard), { error: { code: 'invalid_api_key' } });
  }
  t.match(await speak(server, {}, { headers: { authorization: 'Bearer secret' } }), { status: 200 });
  const models = await ask(server.port, { path: '/v1/models', headers: { authorization: 'Bearer secret' } });
  t.match(jsonOf(models), { object: 'list', data: [{ id: 'tts-1' }, { id: 'tts-1-hd' }] });
});

void t.test('openOpenAiSpeech() takes no more requests at a time than it may', async (t) => {
  await using server = await openOpenAiSpeech({ maxInFlight: 1, faults: { next: ['hang'] } });
  const hanging = speak(server);
  await server.until(() => server.state().inFlight === 1);
  const heard = await speak(server);
  t.match(heard, { status: 429, headers: { 'retry-after': '1' } });
  t.match(jsonOf(heard), { error: { type: 'requests', code: 'rate_limit_exceeded' } });
  await server[Symbol.asyncDispose]();
  t.match(await hanging, { status: 0 });
});

void t.test('openOpenAiSpeech() gives the same sounds for the same seed, one after the other', async (t) => {
  const sounds = async (seed: number) => {
    await using server = await openOpenAiSpeech({ seed });
    const all: Int16Array[] = [];
    for (let n = 0; n < 2; n++) all.push(readWav((await speak(server)).body).samples);
    return all as [Int16Array, Int16Array];
  };
  const [one, again, other] = [await sounds(1), await sounds(1), await sounds(2)];
  t.ok(isSameSound(one[0], again[0]) && isSameSound(one[1], again[1]));
  t.notOk(isSameSound(one[0], one[1]), 'each answer is another rendition');
  t.notOk(isSameSound(one[0], other[0]));
});

void t.test('openOpenAiSpeech() fails as its plan says, in its own words', async (t) => {
  await using server = await openOpenAiSpeech({
    faults: { next: ['bad-request', '429', 'truncated', 'wrong-rate'] },
  });
  t.match(jsonOf(await speak(server)), { error: { param: 'input', code: 'invalid_value' } });
  const tooMany = await speak(server);
  t.match(tooMany, { status: 429, headers: { 'retry-after': '1' } });
  t.match(jsonOf(tooMany), { error: { code: 'rate_limit_exceeded' } });
  t.match(await speak(server), { status: 200, isComplete: true });
  t.equal(readWav((await speak(server)).body).rateHz, 16_000);
  t.match(
    server.log().map(({ outcome }) => outcome),
    ['none', 'none', 'wrong', 'wrong'],
  );
});
