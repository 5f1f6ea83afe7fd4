import t from 'tap';
import { makeWav, sawtooth } from '../../make-wav.ts';
import { openServer } from '../../open-server.ts';
import { how, never, openConfigured, openEndpoint, say } from '../make-config.ts';

const configure = (address: string) => ({
  id: 'old',
  type: 'gpt-sovits-v1',
  endpoints: [address],
  voices: [
    { name: 'a', refAudio: '/ref/a.wav', promptText: '大家好' },
    { name: 'b', refAudio: '/ref/b.wav', textLang: 'en' },
  ],
});

void t.test('openGptSovitsV1() asks at the root, in the words of the older API', async (t) => {
  const server = await openServer(t, (answer) =>
    answer.writeHead(200, { 'content-type': 'audio/wav' }).end(makeWav(sawtooth(700), { dataSize: 0 })),
  );
  const endpoint = openEndpoint(t, configure(server.address));
  await endpoint.warmUp(never);
  const sound = await endpoint.speak({ ...say('hello', 'b'), speed: 1.5 }, how({ safer: true }));
  t.same([sound.samples.length, sound.sampleRateHz], [700, 32_000]);
  t.match(server.asked[1], { method: 'POST', path: '/' });
  t.same(JSON.parse(server.asked[1]?.body ?? ''), {
    refer_wav_path: '/ref/b.wav',
    prompt_text: '',
    prompt_language: 'zh',
    text: 'hello',
    text_language: 'en',
    speed: 1.5,
    top_k: 5,
    temperature: 0.7,
  });
  await endpoint.speak(say('你好', 'of-another-engine'), how());
  t.match(JSON.parse(server.asked[2]?.body ?? ''), { refer_wav_path: '/ref/a.wav' });
});

void t.test(
  'openGptSovitsV1() has a probe without effect, and blames the type where there is no such route',
  async (t) => {
    const server = await openServer(t, (answer) => answer.writeHead(404).end('{"detail":"Not Found"}'));
    const endpoint = openEndpoint(t, configure(server.address));
    await endpoint.probe(never);
    t.match(server.asked[0], { method: 'GET', path: '/openapi.json' });
    await t.rejects(endpoint.warmUp(never), {
      code: 'configuration',
      problems: [{ path: 'tts.engines[0].type', message: /answered 404: Not Found/ }],
    });
    const unable = await openServer(t, (answer) => answer.writeHead(500).end('Internal Server Error'));
    await openEndpoint(t, configure(unable.address)).probe(never);
    const gateway = await openServer(t, (answer) => answer.writeHead(502).end());
    await t.rejects(openEndpoint(t, configure(gateway.address)).probe(never), { code: 'server' });
    const [engine] = openConfigured(t, [configure(server.address)]);
    t.match(engine, { id: 'old', type: 'gpt-sovits-v1', draws: { seeds: false, safer: true, whole: false } });
  },
);
