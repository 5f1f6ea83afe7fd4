import t from 'tap';
import { buildRequest, chooseMode } from '../../../../../workers/tts/engines/gpt-sovits/request.ts';

const voice = {
  name: 'host',
  refAudio: '/ref/a.wav',
  promptText: '大家好',
  promptLang: 'ZH',
  textLang: 'All_Zh',
  gptWeights: '',
  sovitsWeights: '',
};
const config = { topK: 15, topP: 0.9, temperature: 1, repetitionPenalty: 1.35 };
const text = { text: '你好。', voice: '', speed: 1.2 };
const draw = { seed: 5, safer: false, streamed: true };

void t.test('buildRequest() writes what a server of any age understands', (t) => {
  t.same(buildRequest({ config, voice, text, draw, mode: 2 }), {
    text: '你好。',
    text_lang: 'all_zh',
    ref_audio_path: '/ref/a.wav',
    prompt_text: '大家好',
    prompt_lang: 'zh',
    text_split_method: 'cut0',
    batch_size: 1,
    fragment_interval: 0.01,
    media_type: 'wav',
    streaming_mode: 2,
    speed_factor: 1.2,
    seed: 5,
    top_k: 15,
    top_p: 0.9,
    temperature: 1,
    repetition_penalty: 1.35,
  });
  const modes = ([0, 1, 2, 3] as const).map(
    (mode) => buildRequest({ config, voice, text, draw, mode })['streaming_mode'],
  );
  t.same(modes, [false, true, 2, 3]);
  t.end();
});

void t.test('buildRequest() samples more steadily for a safer draw, and never less than configured', (t) => {
  const safer = { ...draw, safer: true };
  t.match(buildRequest({ config, voice, text, draw: safer, mode: 0 }), { top_k: 5, temperature: 0.7 });
  const steady = { ...config, topK: 3, temperature: 0.4 };
  t.match(buildRequest({ config: steady, voice, text, draw: safer, mode: 0 }), {
    top_k: 3,
    temperature: 0.4,
  });
  t.end();
});

void t.test('buildRequest() makes a seed of whatever number it gets', (t) => {
  const seeds: [number, number][] = [
    [0, 0],
    [-1, 4_294_967_295],
    [4_294_967_295, 4_294_967_295],
    [4_294_967_296, 0],
    [1.9, 1],
  ];
  for (const [seed, sent] of seeds)
    t.equal(buildRequest({ config, voice, text, draw: { ...draw, seed }, mode: 0 })['seed'], sent);
  t.end();
});

void t.test('chooseMode() is the one asked for, or the nearest that there is', (t) => {
  const modeOf = (streaming: 'auto' | 'off' | 'fragments' | 'tokens' | 'fixed', tokens: boolean) =>
    chooseMode({ streaming, tokens, streamed: true });
  t.same(
    (['auto', 'off', 'fragments', 'tokens', 'fixed'] as const).map((name) => [
      modeOf(name, true),
      modeOf(name, false),
    ]),
    [
      [2, 1],
      [0, 0],
      [1, 1],
      [2, 1],
      [3, 1],
    ],
  );
  t.equal(chooseMode({ streaming: 'fixed', tokens: true, streamed: false }), 0);
  t.end();
});
