import t from 'tap';
import { gainOf } from '../../../../workers/audio/mix/decibels.ts';
import { Ducking } from '../../../../workers/audio/mix/ducking.ts';

const frameSamples = 960;
const options = { duckDb: -12, attackMs: 150, releaseMs: 800 };

/** The gain at every sample, of frames with (1) and without speech (0). */
function gains(
  speech: number[],
  ducking = new Ducking(options),
): { gains: Float64Array; ducking: boolean[] } {
  const all = new Float64Array(speech.length * frameSamples).fill(1);
  const isDucking: boolean[] = [];
  for (const [frame, isSpeaking] of speech.entries()) {
    ducking.apply(all.subarray(frame * frameSamples, (frame + 1) * frameSamples), isSpeaking === 1);
    isDucking.push(ducking.isDucking);
  }
  return { gains: all, ducking: isDucking };
}

const at = (values: Float64Array, ms: number) => values[ms * 48] ?? Number.NaN;
const times = (count: number, value: number) => Array.from({ length: count }, () => value);

void t.test('Ducking goes down by so much within the attack, and stays there', (t) => {
  const { gains: heard } = gains(times(20, 1));
  t.ok(Math.abs(at(heard, 75) - gainOf(-6)) < 0.002, 'half the way, in decibels, in half the time');
  t.ok(at(heard, 140) > gainOf(-12));
  for (const ms of [150, 200, 399]) t.ok(Math.abs(at(heard, ms) - gainOf(-12)) < 1e-6);
  t.end();
});

void t.test('Ducking holds between two sentences, and then comes back within the release', (t) => {
  const speech = [...times(10, 1), ...times(14, 0), ...times(10, 1), ...times(80, 0)];
  const { gains: heard, ducking } = gains(speech);
  for (const ms of [200, 340, 479, 679, 970]) t.ok(Math.abs(at(heard, ms) - gainOf(-12)) < 1e-6, `${ms} ms`);
  t.ok(at(heard, 1_000) > gainOf(-12));
  t.ok(Math.abs(at(heard, 1_380) - gainOf(-6)) < 0.01);
  t.ok(at(heard, 1_785) > 0.999);
  t.equal(ducking[30], true);
  t.equal(ducking[48], true);
  t.equal(ducking[50], false);
  t.end();
});

void t.test('Ducking never changes the gain by more than the ramp says, at no border', (t) => {
  const ducking = new Ducking(options);
  const speech = Array.from({ length: 400 }, (_, frame) => ([0, 1, 3].includes((frame * 7) % 40) ? 1 : 0));
  const { gains: heard } = gains(speech, ducking);
  let worst = 0;
  for (let n = 1; n < heard.length; n++)
    worst = Math.max(worst, Math.abs((heard[n] ?? 0) / (heard[n - 1] ?? 1) - 1));
  // 12 dB in 150 ms.
  t.ok(worst < 1.01 * (gainOf(12 / 7_200) - 1), `${worst}`);
  t.end();
});

void t.test('Ducking by nothing changes nothing', (t) => {
  const { gains: heard } = gains([0, 1, 1, 0], new Ducking({ duckDb: 0, attackMs: 1, releaseMs: 1 }));
  t.ok(heard.every((gain) => gain === 1));
  t.end();
});
