import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { unknownVoice } from '../../../workers/tts/gate/voice-profile.ts';
import type { VoicePoolOptions } from '../../../workers/tts/voice-pool.ts';
import { VoicePool } from '../../../workers/tts/voice-pool.ts';

const never = new AbortController().signal;

function open(t: Test, options: Omit<VoicePoolOptions, 'log'>): VoicePool {
  const pool = new VoicePool({ ...options, log: pino({ level: 'silent' }) });
  t.teardown(async () => await pool[Symbol.asyncDispose]());
  return pool;
}

const say = (text: string) => ({ text, voice: 'cmn', fallbackVoice: 'cmn', speed: 1 });

void t.test('VoicePool adds a thread while much waits in front of it, within its limits', async (t) => {
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
  const pool = open(t, { threads: { min: 1, max: 2 }, counters, waiting: () => 100 });
  t.match(
    { slots: pool.slots, atFirst: pool.atFirst, ...counters },
    { slots: 2, atFirst: 1, threads: 1, poolGrown: 0 },
  );
  // What looks does not keep the process alive; here nothing else does.
  const awake = setInterval(() => undefined, 1_000);
  t.teardown(() => clearInterval(awake));
  await grown.promise;
  await new Promise(setImmediate);
  t.match(counters, { threads: 2, poolGrown: 1, poolShrunk: 0 });
  const texts = Array.from({ length: 6 }, (_, number) => `第${number}号宝贝，喜欢的点一下。`);
  const sounds = await Promise.all(texts.map((text) => pool.speak(say(text), never)));
  t.ok(sounds.every(({ samples }) => samples.length > 0));
});

void t.test('VoicePool speaks and finishes at the same time', async (t) => {
  const pool = open(t, { threads: { min: 2, max: 2 } });
  const texts = ['欢迎来到直播间。', '今天的宝贝都在下方。', '谢谢大家的支持。'];
  const finished = await Promise.all(
    texts.map(async (text) => {
      const { samples, sampleRateHz } = await pool.speak(say(text), never);
      const expected = { text, speed: 1, voice: unknownVoice };
      const loudness = { targetLufs: -16, peakDbtp: -1 };
      const about = { loudness, voiceName: 'a', isTrusted: false };
      return await pool.finish({ raw: { samples, sampleRateHz }, expected, ...about }, never);
    }),
  );
  for (const { sound, reasons } of finished) {
    t.same(reasons, []);
    t.ok(sound && sound.pcm.byteLength > 10_000);
  }
});

void t.test(
  'VoicePool ends a thread in the middle of a sentence when it is told to, and no other',
  async (t) => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on('worker', note);
    t.teardown(() => process.off('worker', note));
    const pool = open(t, { threads: { min: 2, max: 2 } });
    t.equal(workers.length, 0, 'none is made before there is anything to do');
    t.same(await Promise.all([pool.load('cmn', never), pool.load('nobody', never)]), [true, false]);
    t.equal(workers.length, 2);
    const ended = Promise.race(workers.map(async (worker) => await once(worker, 'exit')));
    const stop = new AbortController();
    const long = pool.speak(say('你好，'.repeat(20_000)), stop.signal);
    const short = pool.speak(say('你好。'), never);
    await short;
    stop.abort(new Error('nobody waits for it'));
    await t.rejects(long);
    await ended;
    t.ok((await pool.speak(say('再见。'), never)).samples.length > 0);
  },
);

void t.test('VoicePool leaves nothing behind when it is disposed', async (t) => {
  const pool = open(t, { threads: { min: 1, max: 1 } });
  const speaking = t.rejects(pool.speak(say('你好，'.repeat(20_000)), never));
  await pool[Symbol.asyncDispose]();
  await speaking;
  await pool[Symbol.asyncDispose]();
  await t.rejects(pool.speak(say('你好。'), never), { message: /the pool is disposed/ });
});
