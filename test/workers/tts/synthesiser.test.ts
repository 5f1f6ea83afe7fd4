import { once } from 'node:events';
import { pino } from 'pino';
import t from 'tap';
import { openCounters } from '../../../workers/tts/counters.ts';
import type { Engine, Sound } from '../../../workers/tts/engine.ts';
import { SoundCache } from '../../../workers/tts/sound-cache.ts';
import { SynthesisFailedError, Synthesiser } from '../../../workers/tts/synthesiser.ts';
import { makeSound } from './make-sound.ts';

const request = {
  text: '欢迎来到直播间',
  voice: 'cmn',
  speed: 1,
  loudness: { targetLufs: -16, peakDbtp: -1 },
};
type Answer = (signal: AbortSignal) => Promise<Sound>;
const good: Answer = async () => makeSound(1_000);
const silent: Answer = async () => makeSound(1_000, 0);
const broken: Answer = async () => await Promise.reject(new Error('engine broke'));
const hanging: Answer = async (signal) => {
  await once(signal, 'abort');
  throw new Error('ended');
};

function makeSynthesiser(answers: Answer[], timeoutMs = 60_000) {
  const counters = openCounters({});
  let asked = 0;
  const engine: Engine = {
    name: 'fake',
    slots: 1,
    warmUp: async () => undefined,
    synthesise: async (_, signal) => await (answers[asked++] ?? broken)(signal),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const cache = new SoundCache({ maxBytes: 1_000_000, ttlMs: 60_000 });
  const log = pino({ level: 'silent' });
  return { counters, synthesiser: new Synthesiser({ engine, cache, attempts: 2, timeoutMs, counters, log }) };
}

void t.test('speak() gives a good sound and counts it', async (t) => {
  const { synthesiser, counters } = makeSynthesiser([good]);
  const { sound, engine } = await synthesiser.speak(request, new AbortController().signal);
  t.equal(sound.figures.durationMs, 1_000);
  t.equal(engine, 'fake');
  await synthesiser.speak(request, new AbortController().signal);
  t.match(counters, { cacheHits: 1, cacheMisses: 1, failures: 0, audioMs: 1_000 });
});

void t.test('speak() tries again after a silent waveform and after an error', async (t) => {
  for (const bad of [silent, broken]) {
    const { synthesiser, counters } = makeSynthesiser([bad, good]);
    t.ok(await synthesiser.speak(request, new AbortController().signal));
    t.equal(counters.failures, 1);
  }
});

void t.test('speak() gives up after its attempts, with the last reason', async (t) => {
  const { synthesiser, counters } = makeSynthesiser([broken, silent, good]);
  await t.rejects(
    synthesiser.speak(request, new AbortController().signal),
    new SynthesisFailedError('only silence'),
  );
  t.equal(counters.failures, 2);
});

void t.test('speak() ends an attempt that hangs and tries again', async (t) => {
  const { synthesiser, counters } = makeSynthesiser([hanging, good], 5);
  t.ok(await synthesiser.speak(request, new AbortController().signal));
  t.match(counters, { timeouts: 1, failures: 1 });
});

void t.test('speak() throws the reason of the signal, which is no failure of the engine', async (t) => {
  const { synthesiser, counters } = makeSynthesiser([hanging]);
  const stop = new AbortController();
  const speaking = synthesiser.speak(request, stop.signal);
  stop.abort(new Error('asked to end'));
  await t.rejects(speaking, { message: 'asked to end' });
  t.match(counters, { timeouts: 0, failures: 0 });
});
