import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import type { Endpoint } from '../../../../workers/tts/endpoint.ts';
import { openEmbedded } from '../../../../workers/tts/engines/embedded.ts';
import { VoicePool } from '../../../../workers/tts/voice-pool.ts';
import { judgeWaveform } from '../../../../workers/tts/waveform-verdict.ts';
import { measureWaveform } from '../../../../workers/tts/waveform.ts';
import { Told } from '../cache/sounds.ts';
import { how, never } from './make-config.ts';

function open(t: Test, { threads = 1, voice = 'cmn', told = new Told() } = {}): Endpoint {
  const limits = { min: threads, max: threads };
  const pool = new VoicePool({ threads: limits, log: pino({ level: 'silent' }) });
  t.teardown(async () => await pool[Symbol.asyncDispose]());
  const loudness = { targetLufs: -16, peakDbtp: -1 };
  const engine = openEmbedded({ pool, config: { voice, speed: 1 }, loudness, log: told.log });
  const [endpoint] = engine.endpoints;
  if (!endpoint) throw new Error('No endpoint was opened');
  return endpoint;
}

async function speak(endpoint: Endpoint, text: string, { voice = '', speed = 1, options = how() } = {}) {
  const { samples, sampleRateHz } = await endpoint.speak({ text, voice, speed }, options);
  return { sampleRateHz, ...measureWaveform(samples, sampleRateHz) };
}

const sentences = [
  ...Array.from(
    { length: 12 },
    (_, number) => `第${number}号宝贝，${'很好看，'.repeat(number)}喜欢的点一下。`,
  ),
  '嗯',
  'hello world, this is a test of the latin letters',
  '一共100000000元，电话12345678',
  '￥39.9',
];

void t.test('embedded says many sentences at the same time, each its own', async (t) => {
  const several = open(t, { threads: 2 });
  t.equal(several.slots, 2);
  await several.warmUp(never);
  const parallel = await Promise.all(sentences.map((text) => speak(several, text)));
  const alone = open(t);
  const sequential: number[] = [];
  for (const text of sentences) {
    const { sampleRateHz, ...figures } = await speak(alone, text);
    sequential.push(figures.durationMs);
    t.equal(sampleRateHz, 22_050);
    t.equal(judgeWaveform(figures, { text, speed: 1 }), '', text);
  }
  for (const [index, { durationMs }] of parallel.entries()) {
    // The voice's breath is random: two renditions of a text differ by some samples, two of these texts by many.
    const differences = sequential.map((other) => Math.abs(other - durationMs));
    t.equal(differences.indexOf(Math.min(...differences)), index, sentences[index] ?? '');
  }
});

void t.test('embedded speaks slower and faster', async (t) => {
  const endpoint = open(t);
  const text = sentences[3] ?? '';
  const durations: number[] = [];
  for (const speed of [0.5, 1, 2, 1]) {
    const figures = await speak(endpoint, text, { speed });
    durations.push(figures.durationMs);
    t.equal(judgeWaveform(figures, { text, speed }), '');
  }
  const [slow = 0, usual = 0, fast = 0, again = 0] = durations;
  t.ok(slow > usual && usual > fast);
  t.ok(Math.abs(again - usual) < usual / 10);
});

void t.test('embedded speaks in its own voice when a segment names one that it does not have', async (t) => {
  const told = new Told();
  const endpoint = open(t, { told });
  const own = await speak(endpoint, '你好');
  for (const voice of ['of-another-engine', 'of-another-engine', 'cmn']) {
    const other = await speak(endpoint, '你好', { voice });
    t.ok(Math.abs(other.durationMs - own.durationMs) < own.durationMs / 4);
  }
  t.same(told.warnings, ['no such voice'], 'and says so once');
});

void t.test('embedded speaks in another voice that it has', async (t) => {
  const told = new Told();
  const endpoint = open(t, { told });
  const chinese = await speak(endpoint, '12345');
  const english = await speak(endpoint, '12345', { voice: 'en' });
  t.ok(Math.abs(english.durationMs - chinese.durationMs) > chinese.durationMs / 20);
  t.same(told.warnings, []);
});

void t.test('embedded tells when its sound is there, and stops when it is told to', async (t) => {
  const endpoint = open(t);
  let heard = 0;
  await speak(endpoint, '你好', { options: { ...how(), onFirstByte: () => void heard++ } });
  t.equal(heard, 1);
  const stop = new AbortController();
  const speaking = speak(endpoint, '你好，'.repeat(2_000), { options: how({ signal: stop.signal }) });
  stop.abort(new Error('another was faster'));
  await t.rejects(speaking);
  t.equal((await speak(endpoint, '你好')).sampleRateHz, 22_050, 'and speaks again');
  await endpoint.probe(never);
});

void t.test('embedded has one way to say a text', async (t) => {
  const pool = new VoicePool({ threads: { min: 1, max: 1 }, log: pino({ level: 'silent' }) });
  t.teardown(async () => await pool[Symbol.asyncDispose]());
  const loudness = { targetLufs: -16, peakDbtp: -1 };
  const config = { voice: 'cmn', speed: 1 };
  t.match(openEmbedded({ pool, config, loudness, log: new Told().log }), {
    id: 'embedded',
    type: 'embedded',
    draws: { seeds: false, safer: false, whole: false },
  });
});

void t.test('warmUp() says what is wrong with the configured voice', async (t) => {
  const endpoint = open(t, { voice: 'nobody' });
  const problems = [{ path: 'tts.voice', message: 'must be a voice of espeak, got "nobody"' }];
  await t.rejects(endpoint.warmUp(never), { code: 'configuration', problems });
});
