import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../../workers/tts/engine.ts';
import { openEspeak } from '../../../../workers/tts/engines/espeak.ts';
import { judgeWaveform } from '../../../../workers/tts/waveform-verdict.ts';

const never = new AbortController().signal;
const log = pino({ level: 'silent' });
const loudness = { targetLufs: -16, peakDbtp: -1 };

function open(t: Test, threads: { min: number; max: number }, voice = 'cmn'): Engine {
  const engine = openEspeak({ config: { voice, speed: 1, threads }, loudness, log });
  t.teardown(async () => await engine[Symbol.asyncDispose]());
  return engine;
}

const say = (text: string) => ({ text, voice: 'cmn', speed: 1, loudness });
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

void t.test('espeak says many sentences at the same time, each its own', async (t) => {
  const alone = open(t, { min: 1, max: 1 });
  const several = open(t, { min: 2, max: 2 });
  await several.warmUp(never);
  const parallel = await Promise.all(sentences.map((text) => several.synthesise(say(text), never)));
  const sequential: number[] = [];
  for (const text of sentences) {
    const { sampleRateHz, figures } = await alone.synthesise(say(text), never);
    sequential.push(figures.durationMs);
    t.equal(sampleRateHz, 22_050);
    t.equal(judgeWaveform(figures, { text, speed: 1 }), '', text);
  }
  for (const [index, { figures }] of parallel.entries()) {
    // The voice's breath is random: two renditions of a text differ by some samples, two of these texts by many.
    const differences = sequential.map((durationMs) => Math.abs(durationMs - figures.durationMs));
    t.equal(differences.indexOf(Math.min(...differences)), index, sentences[index] ?? '');
  }
});

void t.test('espeak speaks slower and faster', async (t) => {
  const engine = open(t, { min: 1, max: 1 });
  const durations: number[] = [];
  for (const speed of [0.5, 1, 2, 1]) {
    const { figures } = await engine.synthesise({ ...say(sentences[3] ?? ''), speed }, never);
    durations.push(figures.durationMs);
    t.equal(judgeWaveform(figures, { text: sentences[3] ?? '', speed }), '');
  }
  const [slow = 0, usual = 0, fast = 0, again = 0] = durations;
  t.ok(slow > usual && usual > fast);
  t.ok(Math.abs(again - usual) < usual / 10);
});

void t.test('espeak leaves little silence around a sentence', async (t) => {
  const engine = open(t, { min: 1, max: 1 });
  const { pcm, sampleRateHz } = await engine.synthesise(say('你好。'), never);
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2);
  const isHeard = (sample: number) => Math.abs(sample) > 200;
  t.ok(samples.findIndex(isHeard) <= sampleRateHz * 0.035);
  t.ok(samples.length - samples.findLastIndex(isHeard) <= sampleRateHz * 0.125);
});

void t.test('espeak speaks in its own voice when a segment names one that it does not have', async (t) => {
  const engine = open(t, { min: 1, max: 1 });
  const own = await engine.synthesise(say('你好'), never);
  const other = await engine.synthesise({ ...say('你好'), voice: 'of-another-engine' }, never);
  t.ok(Math.abs(other.figures.durationMs - own.figures.durationMs) < own.figures.durationMs / 4);
});

void t.test('espeak adds a thread while much waits in front of it, within its limits', async (t) => {
  const grown = Promise.withResolvers<void>();
  const counters = {
    threads: 0,
    poolShrunk: 0,
    times: 0,
    get poolGrown() {
      return this.times;
    },
    set poolGrown(times: number) {
      this.times = times;
      if (times > 0) grown.resolve();
    },
  };
  const config = { voice: 'cmn', speed: 1, threads: { min: 1, max: 2 } };
  const engine = openEspeak({ config, loudness, log, counters, waiting: () => 100 });
  t.teardown(async () => await engine[Symbol.asyncDispose]());
  t.match({ slots: engine.slots, ...counters }, { slots: 2, threads: 1, poolGrown: 0 });
  await engine.warmUp(never);
  // What looks does not keep the process alive; here nothing else does.
  const awake = setInterval(() => undefined, 1_000);
  t.teardown(() => clearInterval(awake));
  await grown.promise;
  await new Promise(setImmediate);
  t.match(counters, { threads: 2, poolGrown: 1, poolShrunk: 0 });
  const sounds = await Promise.all(sentences.slice(0, 6).map((text) => engine.synthesise(say(text), never)));
  t.ok(sounds.every(({ figures }) => figures.durationMs > 0));
});

void t.test('warmUp() says what is wrong with the configured voice', async (t) => {
  const engine = open(t, { min: 1, max: 1 }, 'nobody');
  const problems = [{ path: 'tts.voice', message: 'must be a voice of espeak, got "nobody"' }];
  await t.rejects(engine.warmUp(never), { code: 'configuration', problems });
});
