import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { makeWav, sawtooth } from '../../make-wav.ts';
import { openServer } from '../../open-server.ts';
import { how, never, openEndpoint, say } from '../make-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'cosyvoice-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const prompt = makeWav(sawtooth(200), { sampleRateHz: 16_000 });
writeFileSync(join(folder, 'prompt.wav'), prompt);

const voices = [
  { name: 'sft', speaker: '中文女' },
  { name: 'zero', mode: 'zero-shot', promptText: '希望你', promptWav: 'prompt.wav' },
  { name: 'cross', mode: 'cross-lingual', promptWav: join(folder, 'prompt.wav') },
  { name: 'told', mode: 'instruct', speaker: '中文男', instruction: '慢慢说' },
  { name: 'told2', mode: 'instruct2', promptWav: 'prompt.wav', instruction: '用四川话' },
];
const configure = (address: string, more: object = {}) => ({
  id: 'cosy',
  type: 'cosyvoice',
  endpoints: [address],
  voices,
  ...more,
});

void t.test('openCosyVoice() fills in the form of each way of speaking', async (t) => {
  // As the server: bytes without a header, and without a type.
  const server = await openServer(t, (answer) => answer.end(Buffer.concat([sawtooth(400), Buffer.of(3)])));
  const endpoint = openEndpoint(t, configure(server.address, { sampleRateHz: 22_050 }), folder);
  const expected: [name: string, path: string, fields: Record<string, string>, hasPrompt: boolean][] = [
    ['sft', '/inference_sft', { spk_id: '中文女' }, false],
    ['zero', '/inference_zero_shot', { prompt_text: '希望你' }, true],
    ['cross', '/inference_cross_lingual', {}, true],
    ['told', '/inference_instruct', { spk_id: '中文男', instruct_text: '慢慢说' }, false],
    ['told2', '/inference_instruct2', { instruct_text: '用四川话' }, true],
  ];
  for (const [name, path, fields, hasPrompt] of expected) {
    const sound = await endpoint.speak(say('你好', name), how());
    t.same([sound.samples.length, sound.sampleRateHz], [400, 22_050]);
    const asked = server.asked.at(-1);
    t.match(asked, { method: 'POST', path });
    const type = asked?.headers['content-type'] ?? '';
    const body = Buffer.from(asked?.body ?? '', 'latin1');
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    const file = form.get('prompt_wav');
    form.delete('prompt_wav');
    t.same(Object.fromEntries(form), { tts_text: '你好', ...fields });
    const sent = file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
    t.ok(sent.equals(hasPrompt ? prompt : Buffer.alloc(0)), `${name}: the prompt`);
  }
});

void t.test('openCosyVoice() says at warm-up which file it lacks', async (t) => {
  const server = await openServer(t, (answer) => answer.end(sawtooth(400)));
  const lacking = [voices[0], { name: 'zero', mode: 'zero-shot', promptWav: 'gone.wav' }];
  await t.rejects(openEndpoint(t, configure(server.address, { voices: lacking }), folder).warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].voices[1].promptWav', message: /ENOENT/ }],
  });
  const unnamed = [{ name: 'zero', mode: 'cross-lingual' }];
  await t.rejects(openEndpoint(t, configure(server.address, { voices: unnamed }), folder).warmUp(never), {
    code: 'configuration',
    problems: [{ path: 'tts.engines[0].voices[0].promptWav', message: /must be a file/ }],
  });
  t.equal(server.asked.length, 0);
});

void t.test('openCosyVoice() tells an exception after the status from a sound', async (t) => {
  const server = await openServer(t, (answer) => {
    answer.write(sawtooth(100), () => answer.socket?.destroy());
  });
  const endpoint = openEndpoint(t, configure(server.address), folder);
  await t.rejects(endpoint.speak(say(), how()), { code: 'cut-off' });
  const empty = await openServer(t, (answer) => answer.end());
  await t.rejects(openEndpoint(t, configure(empty.address), folder).speak(say(), how()), { code: 'garbage' });
});
