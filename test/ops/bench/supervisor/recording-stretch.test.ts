import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { recordingStretch } from '../../../../ops/bench/supervisor/recording-stretch.ts';

const perMs = 48;

/** Every sample is the number of its millisecond in the recording, from 1 on. */
function writeRecording(home: string, name: string, lengthMs: number): string {
  const bytes = Buffer.alloc(44 + lengthMs * perMs * 2);
  for (let at = 0; at < lengthMs * perMs; at++) bytes.writeInt16LE(Math.floor(at / perMs) + 1, 44 + at * 2);
  const file = join(home, 'audio', name);
  writeFileSync(file, bytes);
  return file;
}

void t.test('recordingStretch() cuts by the wall clock, over recordings that were set aside', (t) => {
  const home = t.testdir({});
  mkdirSync(join(home, 'audio'));
  writeRecording(home, 'room1-2026-01-01T00-00-00-000Z.wav', 100);
  const file = writeRecording(home, 'room1.wav', 50);
  const start = Date.parse('2026-01-01T00:00:00.000Z');
  writeFileSync(`${file}.json`, JSON.stringify({ startedAt: start + 120 }));
  const msOf = (samples: Int16Array) =>
    Array.from({ length: samples.length / perMs }, (_, ms) => samples[ms * perMs]);

  t.same(msOf(recordingStretch(home, 'room1', start + 10, start + 13)), [11, 12, 13]);
  t.same(
    msOf(recordingStretch(home, 'room1', start + 98, start + 122)),
    [99, 100, ...Array.from({ length: 20 }, () => 0), 1, 2],
    'silence between the two',
  );
  t.same(msOf(recordingStretch(home, 'room1', start + 168, start + 190)), [49, 50], 'as far as it goes');
  t.same(msOf(recordingStretch(home, 'room1', start + 500, start + 510)), [], 'not there yet');
  t.end();
});
