import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { ttsSchema } from '../../../../../protocol/tts-config.ts';
import { openEngines } from '../../../../../workers/tts/engines/open-engines.ts';
import { baseAddress } from '../../../../../workers/tts/engines/openai/open-openai.ts';
import { makeWav, sawtooth } from '../../make-wav.ts';
import { openServer } from '../../open-server.ts';
import { how, never, openEndpoint, reasonOf, say } from '../make-config.ts';

const key = 'sk-very-secret-0123456789';
const configure = (address: string, more: object = {}) => ({
  id: 'cloud',
  type: 'openai',
  endpoints: [address],
  voices: [
    { name: 'host', voice: 'zf_xiaobei' },
    { name: 'guest', voice: 'zm_yunjian' },
  ],
  ...more,
});

void t.test('openOpenAi() asks for speech with model, voice, format, speed and key', async (t) => {
  const server = await openServer(t, (answer) =>
    answer
      .writeHead(200, { 'content-type': 'audio/wav' })
      .end(makeWav(sawtooth(900), { sampleRateHz: 24_000 })),
  );
  const endpoint = openEndpoint(t, configure(server.address, { apiKey: key, model: 'kokoro' }));
  const sound = await endpoint.speak({ ...say('你好', 'guest'), speed: 9 }, how());
  t.same([sound.samples.length, sound.sampleRateHz], [900, 24_000]);
  const [asked] = server.asked;
  t.match(asked, { method: 'POST', path: '/v1/audio/speech', headers: { authorization: `Bearer ${key}` } });
  t.same(JSON.parse(Buffer.from(asked?.body ?? '', 'latin1').toString('utf8')), {
    model: 'kokoro',
    input: '你好',
    voice: 'zm_yunjian',
    response_format: 'wav',
    speed: 4,
  });
  await endpoint.probe(never);
  t.match(server.asked[1], {
    method: 'GET',
    path: '/v1/models',
    headers: { authorization: `Bearer ${key}` },
  });
});

void t.test('openOpenAi() sends no authorization without a key', async (t) => {
  const server = await openServer(t, (answer) => answer.end(makeWav(sawtooth(900))));
  await openEndpoint(t, configure(server.address)).speak(say(), how());
  t.equal(server.asked[0]?.headers.authorization, undefined);
});

void t.test(
  'openOpenAi() reads pcm at the rate that the answer tells, else at the configured one',
  async (t) => {
    const types: [string | undefined, number][] = [
      ['audio/pcm;rate=22050', 22_050],
      ['audio/pcm; Rate="16000"; channels=1', 16_000],
      ['audio/pcm', 24_000],
      ['application/octet-stream', 24_000],
      [undefined, 24_000],
    ];
    for (const [type, rate] of types) {
      const server = await openServer(t, (answer) => {
        if (type !== undefined) answer.setHeader('content-type', type);
        answer.end(Buffer.concat([sawtooth(300), Buffer.of(1)]));
      });
      const { samples, sampleRateHz } = await openEndpoint(
        t,
        configure(server.address, { format: 'pcm' }),
      ).speak(say(), how());
      t.same([samples.length, sampleRateHz], [300, rate], type ?? 'no type');
    }
  },
);

void t.test('openOpenAi() refuses compressed sound and impossible rates', async (t) => {
  for (const type of ['audio/mpeg', 'audio/pcm;rate=1', 'audio/pcm;channels=2']) {
    const server = await openServer(t, (answer) =>
      answer.writeHead(200, { 'content-type': type }).end(sawtooth(300)),
    );
    const endpoint = openEndpoint(t, configure(server.address, { format: 'pcm' }));
    await t.rejects(endpoint.speak(say(), how()), { code: 'garbage' }, type);
  }
});

void t.test('openOpenAi() tells the key to nobody, not even when the server repeats it', async (t) => {
  const written: string[] = [];
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(line, _, done) {
        written.push(String(line));
        done();
      },
    }),
  );
  const server = await openServer(t, (answer) =>
    answer
      .writeHead(401, { 'content-type': 'application/json' })
      .end(`{"error":{"message":"${key} is wrong"}}`),
  );
  const engines = ttsSchema.parse({ engines: [configure(server.address, { apiKey: key })] });
  const endpoint = openEngines(engines, { log })[0]?.endpoints[0];
  t.teardown(async () => await endpoint?.[Symbol.asyncDispose]());
  const speaking = await reasonOf(endpoint?.speak(say('你好', 'nobody'), how()) ?? Promise.resolve());
  t.match(speaking, { code: 'refused', status: 401 });
  const warming = await reasonOf(endpoint?.warmUp(never) ?? Promise.resolve());
  t.match(warming, { code: 'configuration', problems: [{ path: 'tts.engines[0].apiKey' }] });
  log.warn({ speaking, warming });
  t.match(written.join(''), /is wrong/);
  t.match(written.join(''), /no such voice/);
  t.notMatch(written.join(''), /very-secret/);
});

void t.test('baseAddress() takes an address as people write it', (t) => {
  const addresses: [string, string][] = [
    ['http://host:8880', 'http://host:8880/v1'],
    ['http://host:8880/', 'http://host:8880/v1'],
    ['http://host/v1', 'http://host/v1'],
    ['http://host/v1/', 'http://host/v1'],
    ['https://host/api/v1/audio/speech', 'https://host/api/v1'],
    ['https://host/api', 'https://host/api/v1'],
    ['https://host/v1?api-version=3', 'https://host/v1?api-version=3'],
  ];
  for (const [address, base] of addresses) t.equal(baseAddress(address), base);
  t.end();
});
