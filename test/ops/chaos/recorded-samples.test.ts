import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { recordedSamples } from '../../../ops/chaos/recorded-samples.ts';
import { wavHeader } from '../../../workers/audio/outputs/wav-header.ts';

const began = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

void t.test('recordedSamples() puts the recordings of a room together, from a time on', (t) => {
  const home = t.testdir({ audio: {} });
  const write = (name: string, value: number, durationMs: number) => {
    const samples = Buffer.from(new Int16Array(durationMs * 48).fill(value).buffer);
    const file = Buffer.concat([wavHeader(samples.byteLength), samples]);
    writeFileSync(join(home, 'audio', name), file);
  };
  write('room1-2026-01-02T03-04-05-678Z.wav', 1, 1_000);
  write('room1.wav', 2, 500);
  writeFileSync(join(home, 'audio', 'room1.wav.json'), JSON.stringify({ startedAt: began + 1_010 }));
  write('room1-b-2026-01-02T03-04-05-678Z.wav', 3, 100);
  const counts = (fromMs: number) => {
    const samples = recordedSamples(home, 'room1', fromMs);
    return [1, 2, 3].map((value) => samples.filter((sample) => sample === value).length / 48);
  };
  t.same(counts(0), [1_000, 500, 0]);
  t.same(counts(began + 400), [600, 500, 0]);
  t.same(counts(began + 1_110), [0, 400, 0]);
  t.same(counts(began + 9_000), [0, 0, 0]);
  t.end();
});
