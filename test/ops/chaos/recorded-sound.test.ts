import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { longestSilence } from '../../../ops/chaos/longest-silence.ts';
import { recordedSound } from '../../../ops/chaos/recorded-sound.ts';

const rateHz = 48_000;
const began = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** A recording with stretches of tone and silence in turn, in milliseconds. */
function wav(...stretches: number[]): Buffer {
  const parts = stretches.map((ms, index) => {
    const samples = Buffer.alloc((rateHz / 1_000) * ms * 2);
    if (index % 2 === 0) {
      for (let at = 0; at < samples.byteLength; at += 2)
        samples.writeInt16LE(Math.round(5_000 * Math.sin(at / 20)), at);
    }
    return samples;
  });
  const data = Buffer.concat(parts);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt16LE(16, 34);
  return Buffer.concat([header, data]);
}

void t.test('recordedSound() tells when there was sound, over recordings that were set aside', (t) => {
  const home = t.testdir({ audio: {} });
  const audio = join(home, 'audio');
  mkdirSync(audio, { recursive: true });
  writeFileSync(join(audio, 'room1-2026-01-02T03-04-05-678Z.wav'), wav(1_000, 400));
  // The next one begins 2 s after the first, which lasts 1.4 s; another room's name begins like this one's.
  writeFileSync(join(audio, 'room1.wav'), wav(0, 300, 2_000, 700, 200));
  writeFileSync(join(audio, 'room1.wav.json'), JSON.stringify({ startedAt: began + 2_000 }));
  writeFileSync(join(audio, 'room1-b-2026-01-02T03-04-05-678Z.wav'), wav(9_000));
  writeFileSync(join(audio, 'room1-b.wav'), wav(9_000));
  const silence = longestSilence(recordedSound(home, 'room1'), { fromMs: began, toMs: began + 5_200 });
  t.ok(Math.abs(silence.longestMs - 1_300) <= 40, `${silence.longestMs} ms`);
  t.ok(Math.abs(silence.atMs - 1_000) <= 40, `at ${silence.atMs} ms`);
  t.end();
});

void t.test('recordedSound() throws for a file that is no recording', (t) => {
  const home = t.testdir({ audio: { 'room1.wav': 'x'.repeat(100), 'room1.wav.json': '{"startedAt":1}' } });
  t.throws(() => [...recordedSound(home, 'room1')], /is no recording of ours/);
  t.end();
});
