import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { samplesOf } from '../../../../workers/audio/format.ts';
import { Recording, oldest } from '../../../../workers/audio/outputs/recording.ts';
import { readWav } from './wav.ts';

const sound = (ms: number, value: number): Buffer =>
  Buffer.from(new Int16Array(samplesOf(ms)).fill(value).buffer);
const begin = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const options = (dir: string, now = begin, run = 'one') => ({
  file: join(dir, 'audio', 'demo.wav'),
  run,
  maxSamples: samplesOf(3_000),
  now,
});

void t.test('write() leaves a readable file at every moment', async (t) => {
  const place = options(t.testdir());
  const recording = new Recording(place);
  for (let ms = 0; ms < 1_000; ms += 20) {
    recording.write(sound(20, 7), begin);
    const { samples } = readWav(place.file);
    t.ok(samples.length >= samplesOf(ms + 20) - samplesOf(200), `at ${ms} ms`);
    if (samples.some((value) => value !== 7)) t.fail(`wrong samples at ${ms} ms`);
  }
  recording.close();
  t.equal(readWav(place.file).samples.length, samplesOf(1_000));
});

void t.test(
  'Recording goes on with the file of its run, with silence for the time that passed',
  async (t) => {
    const place = options(t.testdir());
    const first = new Recording(place);
    first.write(sound(500, 1), begin);
    // Killed: neither closed nor with an up-to-date header.
    const second = new Recording({ ...place, now: begin + 1_200 });
    second.write(sound(100, 2), begin);
    second.close();
    first.close();
    const again = new Recording({ ...place, now: begin + 1_250 });
    again.write(sound(100, 3), begin);
    again.close();
    const { samples } = readWav(place.file);
    t.equal(samples.length, samplesOf(1_400));
    for (const [ms, value] of [
      [250, 1],
      [800, 0],
      [1_250, 2],
      [1_350, 3],
    ] as const)
      t.equal(samples[samplesOf(ms)], value, `at ${ms} ms`);
    t.strictSame(readdirSync(join(place.file, '..')), ['demo.wav', 'demo.wav.json']);
  },
);

void t.test('Recording sets an earlier run aside under its start time', async (t) => {
  const dir = t.testdir();
  const first = new Recording(options(dir));
  first.write(sound(100, 1), begin);
  first.close();
  const second = new Recording(options(dir, begin + 60_000, 'two'));
  second.write(sound(200, 2), begin);
  second.close();
  const names = readdirSync(join(dir, 'audio')).sort();
  t.strictSame(names, ['demo-2026-01-02T03-04-05-678Z.wav', 'demo.wav', 'demo.wav.json']);
  t.equal(readWav(join(dir, 'audio', names[0] ?? '')).samples[10], 1);
  t.equal(readWav(join(dir, 'audio', 'demo.wav')).samples[10], 2);
});

void t.test('write() begins a new file when the length is reached, and loses nothing', async (t) => {
  const dir = t.testdir();
  const recording = new Recording(options(dir));
  for (let index = 0; index < 7; index++)
    recording.write(sound(1_000, index + 1), begin + 1_000 * (index + 1));
  recording.close();
  const names = readdirSync(join(dir, 'audio'))
    .filter((name) => name.endsWith('.wav'))
    .sort();
  t.equal(names.length, 3);
  const values = names.flatMap((name) => [...readWav(join(dir, 'audio', name)).samples]);
  t.equal(values.length, samplesOf(7_000));
  for (let second = 0; second < 7; second++)
    if (values[samplesOf(1_000 * second + 500)] !== second + 1) t.fail(`second ${second}`);
});

void t.test('Recording begins anew when what lies beside the file is damaged', async (t) => {
  const dir = t.testdir({ audio: { 'demo.wav': 'x', 'demo.wav.json': '{' } });
  const recording = new Recording(options(dir));
  recording.write(sound(100, 5), begin);
  recording.close();
  t.equal(readWav(join(dir, 'audio', 'demo.wav')).samples.length, samplesOf(100));
});

void t.test('Recording repairs a file that was cut in its header', async (t) => {
  const place = options(t.testdir());
  new Recording(place).close();
  writeFileSync(place.file, readFileSync(place.file).subarray(0, 20));
  const recording = new Recording({ ...place, now: begin + 100 });
  recording.write(sound(100, 5), begin);
  recording.close();
  t.equal(readWav(place.file).samples.length, samplesOf(200));
});

void t.test(
  'oldest() keeps the newest 24 of a room, and never counts another room or the current file',
  async (t) => {
    const own = Array.from(
      { length: 30 },
      (_, day) => `a-2026-01-${String(day + 1).padStart(2, '0')}T00-00-00-000Z.wav`,
    );
    const others = ['a.wav', 'a-b.wav', 'a-b-2026-01-01T00-00-00-000Z.wav', 'b-2026-01-01T00-00-00-000Z.wav'];
    t.strictSame(oldest([...others, ...own], 'a').sort(), own.slice(0, 6));
  },
);
