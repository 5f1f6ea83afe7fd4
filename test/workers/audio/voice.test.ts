import t from 'tap';
import { Voice, toSound } from '../../../workers/audio/voice.ts';

const loud = (samples: number) =>
  toSound({ pcm: new Int16Array(samples).fill(10_000), sampleRateHz: 48_000 });

void t.test('read() fades in and out, and fills the last frame up with silence', async (t) => {
  const voice = new Voice({ sound: loud(1_500), from: 0, volume: 1 });
  const first = voice.read();
  t.ok((first[0] ?? 0) < 100);
  t.equal(first[500], 10_000);
  t.notOk(voice.done);
  const second = voice.read();
  t.ok((second[539] ?? 0) < 100);
  t.equal(second[540], 0);
  t.ok(voice.done);
  t.equal(voice.position, 1_500);
});

void t.test('read() fades out where it is cut', async (t) => {
  const voice = new Voice({ sound: loud(9_600), from: 4_800, volume: 1 });
  const frame = voice.read({ cut: true });
  t.ok((frame[0] ?? 0) < 100);
  t.equal(frame[480], 10_000);
  t.ok((frame[959] ?? 0) < 100);
});

void t.test('read() applies the volume and limits', async (t) => {
  t.equal(new Voice({ sound: loud(9_600), from: 0, volume: 0.5 }).read()[500], 5_000);
  t.equal(new Voice({ sound: loud(9_600), from: 0, volume: 2 }).read()[500], 20_000);
  const louder = toSound({ pcm: new Int16Array(960).fill(-30_000), sampleRateHz: 48_000 });
  t.equal(new Voice({ sound: louder, from: 0, volume: 2 }).read()[500], -32_768);
});

void t.test('rewind() goes back, but not before the place where the voice began', async (t) => {
  const voice = new Voice({ sound: loud(48_000), from: 9_600, volume: 1 });
  voice.read();
  voice.read();
  voice.rewind(960);
  t.equal(voice.position, 10_560);
  voice.rewind(100_000);
  t.equal(voice.position, 9_600);
});

void t.test('read() is silent and done when it begins behind the end', async (t) => {
  const voice = new Voice({ sound: loud(960), from: 5_000, volume: 1 });
  t.ok(voice.done);
  t.strictSame(new Set(voice.read()), new Set([0]));
});
