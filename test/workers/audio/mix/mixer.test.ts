import t from 'tap';
import { configSchema } from '../../../../protocol/config.ts';
import { gainOf } from '../../../../workers/audio/mix/decibels.ts';
import { Mixer } from '../../../../workers/audio/mix/mixer.ts';
import { seeded } from '../fixtures.ts';

const frameSamples = 960;
const room = { id: 'demo', source: { type: 'douyin', webRid: 'demo' } };
const { audio } = configSchema.parse({
  rooms: [room],
  audio: { music: { levelDb: -20, duckDb: -12, attackMs: 20, releaseMs: 20 }, earcons: { levelDb: -6 } },
});
const flat = {
  read: (into: Float64Array) => {
    into.fill(10_000);
    return true;
  },
};
const voiceOf = (value: number) => new Int16Array(frameSamples).fill(value);

void t.test('mix() lets a voice alone pass sample for sample', (t) => {
  const mixer = new Mixer({ audio });
  const random = seeded(5);
  for (let frame = 0; frame < 50; frame++) {
    const voice = Int16Array.from({ length: frameSamples }, () => Math.round((random() * 2 - 1) * 12_000));
    t.strictSame(mixer.mix(Int16Array.from(voice), frame % 2 === 0, frame % 3), voice);
  }
  t.equal(mixer.isDucking, false);
  t.end();
});

void t.test('mix() adds music at its level, and less of it under speech', (t) => {
  const mixer = new Mixer({ audio, music: flat });
  t.equal(mixer.mix(voiceOf(0), false).at(-1), 1_000);
  mixer.mix(voiceOf(300), true);
  t.equal(mixer.isDucking, true);
  t.equal(mixer.mix(voiceOf(300), true).at(-1), 300 + Math.round(1_000 * gainOf(-12)));
  t.end();
});

void t.test('mix() brings what is beside the voice to a volume without a step', (t) => {
  const mixer = new Mixer({ audio, music: flat });
  mixer.mix(voiceOf(0), false, 1);
  const down = mixer.mix(voiceOf(0), false, 0);
  t.ok((down[0] ?? 0) >= 998);
  t.equal(down.at(-1), 0);
  t.ok(down.every((sample, n) => n === 0 || Math.abs(sample - (down[n - 1] ?? 0)) <= 2));
  t.ok(mixer.mix(voiceOf(0), false, 0).every((sample) => sample === 0));
  t.end();
});

void t.test('mix() adds the earcon of a priority from the frame on with which it begins, once', (t) => {
  const mixer = new Mixer({ audio });
  mixer.keep('urgent', new Int16Array(1_000).fill(2_000));
  mixer.begin('normal');
  t.ok(mixer.mix(voiceOf(0), true).every((sample) => sample === 0));
  mixer.begin('urgent');
  const loud = Math.round(2_000 * gainOf(-6));
  t.ok(mixer.mix(voiceOf(100), true).every((sample) => sample === 100 + loud));
  const second = mixer.mix(voiceOf(100), true);
  t.equal(second[39], 100 + loud);
  t.equal(second[40], 100);
  t.end();
});

void t.test('mix() never lets the sum of all pass the ceiling', (t) => {
  const mixer = new Mixer({ audio, music: flat });
  mixer.keep('urgent', new Int16Array(9_600).fill(32_767));
  mixer.begin('urgent');
  const ceiling = 32_768 * gainOf(-1);
  for (let frame = 0; frame < 20; frame++)
    t.ok(mixer.mix(voiceOf(32_767), true).every((sample) => sample <= ceiling));
  t.end();
});
