import t from 'tap';
import type { Tally } from '../../../../ops/bench/tts/gate-row.ts';
import { judgeCorpus, missedFigures } from '../../../../ops/bench/tts/gate-row.ts';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { gateReasons, gateRepairs } from '../../../../workers/tts/gate/gate-reason.ts';
import { judgeSound } from '../../../../workers/tts/gate/judge-sound.ts';
import { learn, unknownVoice } from '../../../../workers/tts/gate/voice-profile.ts';
import { babble, concat, hiss } from './signals.ts';

const text = '今天的宝贝都在下方链接';
const expected = { text, speed: 1, voice: unknownVoice };
const rateHz = 32_000;
const speech = babble({ syllables: 11, rateHz });

void t.test('judgeSound() passes speech, and gives it back in memory of its own', (t) => {
  const { verdict, reasons, score, samples, figures, heard } = judgeSound(
    { samples: speech, sampleRateHz: rateHz },
    expected,
  );
  t.equal(verdict, 'pass', JSON.stringify({ reasons, figures }));
  t.same(reasons, []);
  t.ok(score > 0.5 && score <= 1, `${score}`);
  t.not(samples.buffer, speech.buffer);
  t.equal(samples.length, speech.length);
  t.equal(figures.syllables, 11);
  t.equal(heard.syllables, 11);
  t.end();
});

void t.test('judgeSound() knows the marks of engines that failed', (t) => {
  const refused = (samples: Int16Array, sampleRateHz: number) =>
    judgeSound({ samples, sampleRateHz }, expected).reasons;
  t.same(refused(new Int16Array(16_000), 16_000), ['sentinel']);
  t.same(refused(new Int16Array(0), 32_000), ['no-sound']);
  t.same(refused(new Int16Array(120_000), 48_000), ['nan-silence']);
  t.same(refused(concat(speech, new Int16Array(16_000)), rateHz), ['sentinel']);
  t.same(refused(concat(speech.subarray(0, 20_000), new Int16Array(32_000)), rateHz), ['sentinel']);
  t.same(refused(Int16Array.of(5, -5), 32_000), ['no-sound']);
  t.end();
});

void t.test(
  'judgeSound() holds a sound to the rate that was agreed on, and to that of its utterance',
  (t) => {
    const sound = { samples: speech, sampleRateHz: rateHz };
    t.equal(
      judgeSound(sound, { ...expected, expectedRateHz: rateHz, rateOfUtterance: rateHz }).verdict,
      'pass',
    );
    t.same(judgeSound(sound, { ...expected, expectedRateHz: 24_000 }).reasons, ['wrong-rate']);
    t.same(judgeSound(sound, { ...expected, rateOfUtterance: 48_000 }).reasons, ['wrong-rate']);
    for (const sampleRateHz of [0, -1, NaN, Infinity, 100])
      t.same(
        judgeSound({ samples: speech, sampleRateHz }, expected).reasons,
        ['wrong-rate'],
        `${sampleRateHz}`,
      );
    t.end();
  },
);

void t.test('judgeSound() mends what can be mended, and lets it be heard', (t) => {
  const wrapping = speech.slice();
  const peak = speech.indexOf(Math.max(...speech));
  wrapping.fill(30_000, peak - 2, peak + 3);
  wrapping[peak] = -32_768;
  const burst = hiss({ seconds: 0.04, rateHz, amplitude: 0.2 });
  const silence = new Int16Array(rateHz / 2).fill(1);
  for (const [name, samples, repair] of [
    ['a peak that wrapped', wrapping, 'wrap'],
    ['zeros behind', concat(speech, new Int16Array(9_600)), 'zero-tail'],
    ['noise behind', concat(speech, burst), 'noise-tail'],
    ['silence in front', concat(silence, speech), 'lead'],
    ['silence behind', concat(speech, silence), 'tail'],
  ] as const) {
    const judged = judgeSound({ samples, sampleRateHz: rateHz }, expected);
    t.equal(judged.verdict, 'pass', `${name}: ${judged.reasons.join()}`);
    t.ok(judged.repairs.includes(repair), `${name}: ${judged.repairs.join()}`);
    t.ok(judged.samples.length < speech.length + 0.21 * rateHz, `${name}: ${judged.samples.length}`);
    t.notOk(judged.samples.includes(-32_768), name);
  }
  t.end();
});

void t.test('judgeSound() does not look at what is longer than any sentence', (t) => {
  const endless = hiss({ seconds: 61, rateHz: 8_000 });
  t.same(judgeSound({ samples: endless, sampleRateHz: 8_000 }, expected).reasons, ['too-long']);
  t.end();
});

void t.test('judgeSound() judges anything, throws nothing and changes nothing that it was given', (t) => {
  const random = new SeededRandom(11);
  const pieces: ((count: number) => Int16Array)[] = [
    (count) => new Int16Array(count),
    (count) => Int16Array.from({ length: count }, () => random.whole(-32_768, 32_767)),
    (count) => Int16Array.from({ length: count }, (_, at) => (at % 2 === 0 ? -32_768 : 32_767)),
    (count) => new Int16Array(count).fill(-32_768),
    (count) => speech.slice(0, count),
  ];
  const rates = [0, -1, NaN, 1, 7_000, 8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 192_000, 199_999, 1e9];
  const texts = ['', '嗯', text, 'hello', '……', '9'.repeat(40), '的'.repeat(300)];
  let voice = unknownVoice;
  for (let round = 0; round < 150; round++) {
    const parts = Array.from({ length: random.whole(0, 3) }, () => {
      const make = pieces[random.whole(0, pieces.length - 1)];
      return make?.(random.chance(0.3) ? random.whole(0, 40) : random.whole(0, 30_000)) ?? new Int16Array(0);
    });
    const samples = concat(...parts);
    const before = samples.slice();
    const sampleRateHz = rates[random.whole(0, rates.length - 1)] ?? 0;
    const said = texts[random.whole(0, texts.length - 1)] ?? '';
    const judged = judgeSound(
      { samples, sampleRateHz },
      { text: said, speed: [0, 0.5, 1, 2, NaN][random.whole(0, 4)] ?? 1, voice },
    );
    t.equal(Buffer.compare(new Uint8Array(samples.buffer), new Uint8Array(before.buffer)), 0);
    t.equal(judged.verdict === 'pass', judged.reasons.length === 0);
    t.ok(judged.reasons.every((reason) => gateReasons.includes(reason)));
    t.ok(judged.repairs.every((repair) => gateRepairs.includes(repair)));
    t.ok(judged.score >= 0 && judged.score <= 1, `score ${judged.score}`);
    t.ok(
      Object.values(judged.figures).every((figure) => Number.isFinite(figure)),
      JSON.stringify(judged.figures),
    );
    t.ok(judged.samples.length <= samples.length);
    voice = learn(voice, judged.heard);
  }
  t.end();
});

void t.test(
  'judgeSound() gives for a view what it gives for a copy, and keeps nothing of the sound before',
  (t) => {
    const around = concat(hiss({ seconds: 0.3, rateHz }), speech, hiss({ seconds: 0.3, rateHz }));
    const from = Math.round(0.3 * rateHz);
    const view = around.subarray(from, from + speech.length);
    const first = judgeSound({ samples: speech, sampleRateHz: rateHz }, expected);
    const kept = JSON.stringify(first);
    judgeSound({ samples: around, sampleRateHz: rateHz }, expected);
    t.equal(JSON.stringify(judgeSound({ samples: view, sampleRateHz: rateHz }, expected)), kept);
    t.equal(JSON.stringify(first), kept);
    t.end();
  },
);

void t.test('judgeSound() tells broken sounds of the embedded voice from whole ones', async (t) => {
  const tallies = await judgeCorpus({ seed: 77, voices: { cmn: { tongue: 'zh', sentences: 48 } } });
  const why = (groups: string[]) => describe(tallies.filter(({ group }) => groups.includes(group)));
  const missed = (begin: string) =>
    missedFigures(tallies).find(({ what }) => what.startsWith(begin))?.value ?? NaN;
  t.ok(missed('right sounds refused') <= 2, why(['clean', 'lesson']));
  t.ok(missed('mendable sounds refused') <= 4, why(['mended']));
  t.equal(missed('fingerprint'), 0, why(['fingerprint']));
  t.ok(missed('blank') <= 2, why(['blank']));
  t.ok(missed('truncated') <= 7, why(['truncated']));
  t.ok(missed('looped') <= 7, why(['looped']));
  t.ok(missed('noise') <= 7, why(['noise']));
  t.ok(missed('damaged') <= 7, why(['damaged']));
  t.ok(tallies.reduce((sum, { sounds }) => sum + sounds, 0) > 500);
});

function describe(tallies: Tally[]): string {
  return tallies.map(({ kind, refused, sounds }) => `${kind}: ${refused} of ${sounds} refused`).join('; ');
}
