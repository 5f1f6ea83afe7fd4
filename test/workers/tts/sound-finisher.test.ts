import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { RejectedRing } from '../../../workers/tts/cache/rejected-ring.ts';
import type { RawSound } from '../../../workers/tts/endpoint.ts';
import { SoundFinisher } from '../../../workers/tts/sound-finisher.ts';
import { VoicePool } from '../../../workers/tts/voice-pool.ts';
import type { FinishTask } from '../../../workers/tts/voice-task.ts';
import { openFolder } from './cache/sounds.ts';
import { concat, hiss } from './gate/signals.ts';
import { readWav } from '../audio/outputs/wav.ts';

const never = new AbortController().signal;
const log = pino({ level: 'silent' });
const loudness = { targetLufs: -16, peakDbtp: -1 };
const text = '欢迎来到直播间，喜欢的点点关注。';
const about = { text, voice: 'anna', speed: 1, engineId: 'gsv' };

/** A finisher over a real thread and a real folder, and what it was seen to do. */
function open(t: Test) {
  const pool = new VoicePool({ threads: { min: 1, max: 1 }, log });
  const folder = openFolder(t);
  const rejected = new RejectedRing({ folder, keep: 20, log });
  t.teardown(async () => {
    await rejected[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
  });
  const tasks: Omit<FinishTask, 'kind'>[] = [];
  const verdicts: [string, string[]][] = [];
  const finisher = new SoundFinisher({
    pool: {
      async finish(task, signal) {
        tasks.push(task);
        return await pool.finish(task, signal);
      },
    },
    loudness,
    rejected,
    onVerdict: (engineId, reasons) => verdicts.push([engineId, [...reasons]]),
  });
  /** Real speech, as if an engine had sent it. */
  const speak = async (said = text): Promise<RawSound> => {
    const task = { text: said, voice: 'cmn', fallbackVoice: 'cmn', speed: 1 };
    const { samples, sampleRateHz } = await pool.speak(task, never);
    return { samples, sampleRateHz };
  };
  const kept = async () => {
    await rejected.settled();
    return readdirSync(folder).sort();
  };
  return { finisher, speak, tasks, verdicts, kept, folder };
}

const zeros = (samples: number, sampleRateHz: number): RawSound => ({
  samples: new Int16Array(samples),
  sampleRateHz,
});

void t.test('finish() gives what may be heard, and keeps nothing of it on disk', async (t) => {
  const { finisher, speak, verdicts, kept, tasks } = open(t);
  const finished = await finisher.finish(await speak(), about, never);
  t.ok(finished.ok && finished.sound.pcm.byteLength > 20_000);
  t.match(finished, { sound: { sampleRateHz: 22_050 } });
  t.same(verdicts, [['gsv', []]]);
  t.same(await kept(), []);
  t.match(tasks, [{ voiceName: 'gsv anna', isTrusted: false, loudness, expected: { text, speed: 1 } }]);
});

void t.test(
  'finish() refuses what an engine got wrong, with the reasons, and keeps it for people',
  async (t) => {
    const { finisher, speak, verdicts, kept, folder } = open(t);
    const { samples, sampleRateHz } = await speak();
    const piece = samples.subarray(0, sampleRateHz * 0.8);
    const broken: [RawSound, string][] = [
      [zeros(16_000, 16_000), 'sentinel'],
      [zeros(0, 32_000), 'no-sound'],
      [{ samples: concat(...Array.from({ length: 7 }, () => piece)), sampleRateHz }, 'loop'],
      [{ samples: samples.slice(0, sampleRateHz * 0.5), sampleRateHz }, 'too-short'],
      [{ samples: hiss({ seconds: 3, rateHz: 24_000 }), sampleRateHz: 24_000 }, 'noise'],
    ];
    for (const [raw, reason] of broken) {
      const finished = await finisher.finish(raw, about, never);
      t.ok(!finished.ok && finished.reasons.includes(reason), `${reason} ${JSON.stringify(finished)}`);
      t.same(verdicts.at(-1), ['gsv', finished.ok ? [] : finished.reasons]);
      await kept();
    }
    const names = await kept();
    t.equal(names.length, broken.length * 2);
    t.ok(names.some((name) => name.endsWith('.wav') && name.includes('gsv-sentinel')));
    const looped = names.find((name) => name.endsWith('.wav') && name.includes('loop')) ?? '';
    t.same(readWav(join(folder, looped)).samples, broken[2]?.[0].samples, 'as the engine gave it');
    const line = JSON.parse(readFileSync(join(folder, looped.replace('.wav', '.json')), 'utf8')) as object;
    t.match(line, { engine: 'gsv', voice: 'anna', text, reasons: verdicts[2]?.[1] });
  },
);

void t.test(
  'finish() refuses the embedded voice only when there is nothing to hear, or absurdly much',
  async (t) => {
    const { finisher, speak, verdicts, kept, tasks } = open(t);
    const embedded = { ...about, engineId: 'embedded', voice: '' };
    const { samples, sampleRateHz } = await speak();
    const odd: RawSound = { samples: hiss({ seconds: 3, rateHz: sampleRateHz }), sampleRateHz };
    t.ok((await finisher.finish(odd, embedded, never)).ok, 'no other would say it better');
    t.ok((await finisher.finish({ samples, sampleRateHz }, embedded, never)).ok);
    t.ok(tasks.every(({ isTrusted }) => isTrusted));
    const long = concat(...Array.from({ length: 6 }, () => samples));
    for (const [raw, reason] of [
      [zeros(sampleRateHz, sampleRateHz), /silence|no sound/],
      [zeros(0, sampleRateHz), /no sound/],
      [{ samples: samples.slice(0, sampleRateHz * 0.1), sampleRateHz }, /too short/],
      [{ samples: long, sampleRateHz }, /too long/],
    ] as const) {
      const finished = await finisher.finish(raw, embedded, never);
      t.match(finished, { ok: false, reasons: [reason] });
      await kept();
    }
    t.match(verdicts.slice(0, 2), [
      ['embedded', []],
      ['embedded', []],
    ]);
    t.equal((await kept()).length, 8);
  },
);

void t.test(
  'finish() measures a sound against what passed before, of that voice of that engine',
  async (t) => {
    const { finisher, speak, tasks } = open(t);
    const raw = await speak();
    const finish = async (engineId = 'gsv', sound = raw) =>
      await finisher.finish(sound, { ...about, engineId }, never);
    for (let times = 0; times < 3; times++) t.ok((await finish()).ok);
    t.notOk((await finish('gsv', zeros(16_000, 16_000))).ok);
    await finish();
    t.same(
      tasks.map(({ expected }) => expected.voice.heard.length),
      [0, 1, 2, 3, 3],
    );
    t.same(
      tasks.map(({ expected }) => expected.expectedRateHz),
      [undefined, undefined, undefined, 22_050, 22_050],
    );
    await finish('other');
    t.match(tasks.at(-1)?.expected, { voice: { heard: [] }, expectedRateHz: undefined });
  },
);

void t.test('finish() refuses another rate than the usual one, until it is the usual one', async (t) => {
  const { finisher, speak } = open(t);
  const { samples, sampleRateHz } = await speak();
  const twice = Int16Array.from({ length: samples.length * 2 }, (_, at) => samples[at >> 1] ?? 0);
  const finish = async (sound: RawSound) => await finisher.finish(sound, about, never);
  for (let times = 0; times < 3; times++) t.ok((await finish({ samples, sampleRateHz })).ok);
  const other = { samples: twice, sampleRateHz: sampleRateHz * 2 };
  for (let times = 0; times < 3; times++) t.same(await finish(other), { ok: false, reasons: ['wrong-rate'] });
  t.ok((await finish(other)).ok);
});

void t.test('finish() throws when its thread does not answer, or the signal says stop', async (t) => {
  const pool = { finish: async () => await Promise.reject<never>(new Error('a thread died')) };
  const verdicts: string[] = [];
  const onVerdict = (engineId: string) => void verdicts.push(engineId);
  const finisher = new SoundFinisher({ pool, loudness, onVerdict });
  await t.rejects(finisher.finish(zeros(1, 32_000), about, never), { message: 'a thread died' });
  const real = open(t);
  const raw = await real.speak();
  const stop = new AbortController();
  const finishing = real.finisher.finish(raw, about, stop.signal);
  stop.abort(new Error('given up'));
  await t.rejects(finishing);
  t.same([verdicts, real.verdicts, await real.kept()], [[], [], []], 'that is no verdict');
});
