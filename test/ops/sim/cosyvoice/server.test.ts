import t from 'tap';
import { openCosyVoice } from '../../../../ops/sim/cosyvoice/server.ts';
import { wavHeader } from '../../../../ops/sim/speech/wav-header.ts';
import { jsonOf } from '../gpt-sovits/ask-tts.ts';
import { ask, isSameSound, loudness, type Heard } from '../speech/raw-client.ts';

const text = '大家好，欢迎来到直播间。';
const prompt = Buffer.concat([wavHeader({ sampleRateHz: 16_000, dataBytes: 1_600 }), Buffer.alloc(1_600)]);

/** A form as a client sends it; values that are no text are files. */
async function post(
  { port }: { port: number },
  path: string,
  fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<Heard> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.set(name, value);
    else form.set(name, new Blob([value]), 'prompt.wav');
  }
  const { headers, body } = await encode(form);
  return await ask(port, { path, headers, body });
}

async function encode(form: FormData): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const request = new Request('http://localhost', { method: 'POST', body: form });
  const body = Buffer.from(await request.arrayBuffer());
  return { headers: { 'content-type': request.headers.get('content-type') ?? '' }, body };
}

const samplesOf = ({ body }: Heard) => new Int16Array(new Uint8Array(body).buffer);
const sft = { tts_text: text, spk_id: '中文女' };

void t.test('openCosyVoice() answers each kind of form with bare samples and no content type', async (t) => {
  await using server = await openCosyVoice();
  const requests = {
    '/inference_sft': sft,
    '/inference_zero_shot': { tts_text: text, prompt_text: '希望你以后能够做得好。', prompt_wav: prompt },
    '/inference_cross_lingual': { tts_text: text, prompt_wav: prompt },
    '/inference_instruct': { ...sft, instruct_text: '高兴地说' },
    '/inference_instruct2': { tts_text: text, instruct_text: '高兴地说', prompt_wav: prompt },
  };
  for (const [path, fields] of Object.entries(requests)) {
    const heard = await post(server, path, fields);
    t.match(heard, { status: 200, isComplete: true, headers: { 'transfer-encoding': 'chunked' } }, path);
    t.notOk('content-type' in heard.headers);
    t.not(heard.body.subarray(0, 4).toString('latin1'), 'RIFF');
    t.ok(loudness(samplesOf(heard)) > 0.02, 'it can be heard');
    t.match(server.log().at(-1), { path, text, isRight: true, sampleRateHz: 24_000 });
  }
  const parameters = server.log().at(-1)?.parameters;
  t.match(
    parameters,
    { prompt_wav: { filename: 'prompt.wav', bytes: prompt.length } },
    'the file came whole',
  );
  const form = new URLSearchParams(sft).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  t.match(await ask(server.port, { path: '/inference_sft', headers, body: form }), { status: 200 });
});

void t.test('openCosyVoice() tells which fields are missing, and nothing else', async (t) => {
  await using server = await openCosyVoice({ speakers: ['中文女'] });
  const lacking = await post(server, '/inference_zero_shot', { tts_text: text });
  t.equal(lacking.status, 422);
  t.match(jsonOf(lacking), {
    detail: [
      { type: 'missing', loc: ['body', 'prompt_text'] },
      { type: 'missing', loc: ['body', 'prompt_wav'] },
    ],
  });
  t.match(await post(server, '/inference', sft), { status: 404 });
  // What is wrong with them is found out while the body is made.
  const wrong = [
    await post(server, '/inference_sft', { ...sft, spk_id: 'nobody' }),
    await post(server, '/inference_cross_lingual', { tts_text: text, prompt_wav: Buffer.from('no sound') }),
  ];
  for (const heard of wrong) {
    t.match(heard, { status: 200, isComplete: false, ending: 'in order' });
    t.equal(heard.body.length, 0);
  }
  t.ok(server.log().every(({ isRight }) => !isRight));
});

void t.test('openCosyVoice() ends its share of answers in 40 ms of noise', async (t) => {
  await using clean = await openCosyVoice({ version: 'v1' });
  await using noisy = await openCosyVoice({ version: 'v1', noiseTail: 1 });
  const one = samplesOf(await post(clean, '/inference_sft', sft));
  const other = samplesOf(await post(noisy, '/inference_sft', sft));
  t.equal(other.length - one.length, 22_050 * 0.04);
  t.ok(isSameSound(other.subarray(0, one.length), one));
  t.match(clean.log(), [{ outcome: 'right', sampleRateHz: 22_050 }]);
  t.match(noisy.log(), [{ outcome: 'repairable', isRight: true }]);
});

void t.test('openCosyVoice() gives the same sounds for the same seed, and others for another', async (t) => {
  const sound = async (seed: number, spk_id = '中文女') => {
    await using server = await openCosyVoice({ seed });
    return samplesOf(await post(server, '/inference_sft', { ...sft, spk_id }));
  };
  const one = await sound(1);
  t.ok(isSameSound(one, await sound(1)));
  t.notOk(isSameSound(one, await sound(2)));
  t.notOk(isSameSound(one, await sound(1, '中文男')), 'and each speaker has another voice');
});
