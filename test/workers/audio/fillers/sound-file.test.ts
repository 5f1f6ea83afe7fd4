import t from 'tap';
import { DamagedSoundError, decodeSound, encodeSound } from '../../../../workers/audio/fillers/sound-file.ts';
import { wavHeader } from '../../../../workers/audio/outputs/wav-header.ts';
import { seeded, tone } from '../fixtures.ts';

const recorded = { pcm: tone({ hz: 440, ms: 200, rateHz: 22_050 }), sampleRateHz: 22_050 };

void t.test('decodeSound() gives back what encodeSound() was given', (t) => {
  // As read from a disk, at any place in memory.
  const file = Buffer.concat([Buffer.alloc(1), encodeSound(recorded)]).subarray(1);
  t.strictSame(decodeSound(file), recorded);
  t.end();
});

void t.test('decodeSound() refuses anything that was cut, changed in its head or written by others', (t) => {
  const file = encodeSound(recorded);
  const damaged = [
    Buffer.alloc(0),
    file.subarray(0, 44),
    file.subarray(0, -2),
    Buffer.concat([file, Buffer.alloc(2)]),
    Buffer.from('not a sound at all, but long enough to be taken for the head of one'),
    Buffer.alloc(10_000_000),
    Buffer.concat([wavHeader(5), Buffer.alloc(5)]),
  ];
  const random = seeded(3);
  for (let n = 0; n < 44; n++) {
    const changed = Buffer.from(file);
    changed[n] = (changed[n] ?? 0) ^ (1 << Math.floor(random() * 8));
    damaged.push(changed);
  }
  let refused = 0;
  for (const each of damaged) {
    try {
      const { pcm } = decodeSound(each);
      if (pcm.length !== recorded.pcm.length) t.fail('sound of another length');
    } catch (error) {
      if (!(error instanceof DamagedSoundError)) throw error;
      refused += 1;
    }
  }
  t.ok(refused >= 7 + 24, `${refused} of ${damaged.length}`);
  t.end();
});
