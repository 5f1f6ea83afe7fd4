import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import type { RawSound } from '../../../workers/tts/endpoint.ts';
import { ThreadPool } from '../../../workers/tts/engines/thread-pool.ts';
import { unknownVoice } from '../../../workers/tts/gate/voice-profile.ts';
import type { FinishTask, VoiceResult, VoiceTask } from '../../../workers/tts/voice-task.ts';
import { meter } from '../../support/loudness-meter.ts';
import { concat, hiss } from './gate/signals.ts';

const never = new AbortController().signal;

/** A thread that does the tasks, as the pool has it. */
function openThread(t: Test) {
  const file = new URL('../../../workers/tts/voice-task.ts', import.meta.url);
  const log = pino({ level: 'silent' });
  const pool = new ThreadPool<VoiceTask, VoiceResult>({ file, threads: 1, maxWaiting: 10, log });
  t.teardown(async () => await pool[Symbol.asyncDispose]());
  const speak = async (text: string, voice = 'cmn') => {
    const result = await pool.run({ kind: 'espeak', text, voice, fallbackVoice: 'cmn', speed: 1 }, never);
    if (result.kind !== 'espeak') throw new Error(`It answered ${result.kind}`);
    return result;
  };
  const finish = async (raw: RawSound, text: string, options: Partial<FinishTask> = {}) => {
    const expected = { text, speed: 1, voice: unknownVoice };
    const about = { loudness: { targetLufs: -16, peakDbtp: -1 }, voiceName: 'a', isTrusted: false };
    const result = await pool.run({ kind: 'finish', raw, expected, ...about, ...options }, never);
    if (result.kind !== 'finish') throw new Error(`It answered ${result.kind}`);
    return result;
  };
  return { speak, finish };
}

const rawOf = ({ samples, sampleRateHz }: RawSound): RawSound => ({ samples, sampleRateHz });
const samplesOf = (pcm: Uint8Array | undefined) =>
  pcm ? new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2) : new Int16Array();

void t.test(
  'work() leaves little silence around a sentence, and little less than the sentence',
  async (t) => {
    const { speak, finish } = openThread(t);
    const spoken = rawOf(await speak('你好。'));
    const { sampleRateHz } = spoken;
    const silence = new Int16Array(sampleRateHz / 2);
    const raw = { samples: concat(silence, spoken.samples, silence), sampleRateHz };
    const { sound, repairs, reasons } = await finish(raw, '你好。');
    t.same(reasons, []);
    t.ok(repairs.includes('lead') && repairs.includes('zero-tail'));
    const samples = samplesOf(sound?.pcm);
    const isHeard = (sample: number) => Math.abs(sample) > 200;
    t.ok(samples.findIndex(isHeard) <= sampleRateHz * 0.08);
    t.ok(samples.length - samples.findLastIndex(isHeard) <= sampleRateHz * 0.2);
    t.ok(samples.length > spoken.samples.length / 2);
    t.equal(sound?.sampleRateHz, sampleRateHz);
  },
);

void t.test(
  'work() makes soft and loud voices equally loud, and does not touch what it was given',
  async (t) => {
    const { speak, finish } = openThread(t);
    const text = '小明，这一款今天直播价三十九块九。';
    const { samples, sampleRateHz } = await speak(text);
    for (const factor of [0.2, 1]) {
      const raw = { samples: samples.map((sample) => sample * factor), sampleRateHz };
      const before = raw.samples.slice();
      const { sound } = await finish(raw, text, { voiceName: `${factor}` });
      t.same(raw.samples, before);
      const { lufs, dbtp } = meter(samplesOf(sound?.pcm), sampleRateHz);
      t.ok(Math.abs(lufs + 16) <= 1 && dbtp <= -1, `${lufs.toFixed(2)} LUFS, ${dbtp.toFixed(2)} dBTP`);
      const peak = raw.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 32_768;
      t.ok(Math.abs((sound?.figures.peak ?? 0) - peak) < 0.01, 'the figures are of what the engine gave');
    }
  },
);

void t.test('work() gives no sound for what may not be heard, but of a voice that is trusted', async (t) => {
  const { finish } = openThread(t);
  const raw = { samples: hiss({ seconds: 2, rateHz: 24_000 }), sampleRateHz: 24_000 };
  const refused = await finish(raw, '欢迎来到直播间。');
  t.ok(refused.reasons.includes('noise'));
  t.equal(refused.sound, undefined);
  const trusted = await finish(raw, '欢迎来到直播间。', { isTrusted: true });
  t.same(trusted.reasons, refused.reasons);
  t.equal(trusted.sound?.sampleRateHz, 24_000);
});

void t.test('work() says whether the voice was known, and gives each text its own samples', async (t) => {
  const { speak } = openThread(t);
  t.equal((await speak('你好')).voiceKnown, true);
  t.equal((await speak('你好', 'nobody')).voiceKnown, false);
  const [short, long] = [await speak('你好'), await speak('你好，欢迎来到直播间。')];
  t.equal(short.voiceKnown, true);
  t.ok(long.samples.length > 2 * short.samples.length);
  t.same([short.sampleRateHz, long.sampleRateHz], [22_050, 22_050]);
});

void t.test('work() says nothing to an empty text', async (t) => {
  const { speak, finish } = openThread(t);
  const raw = rawOf(await speak(''));
  const { reasons, sound } = await finish(raw, '');
  t.ok(reasons.length > 0);
  t.equal(sound, undefined);
});
