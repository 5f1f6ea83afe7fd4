import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readWav } from '../../../support/wav.ts';
import { encodeWav } from '../../../../workers/tts/cache/encode-wav.ts';
import { openFolder } from './sounds.ts';

void t.test('encodeWav() makes a file that others read, also of a part of a buffer', (t) => {
  const file = join(openFolder(t), 'x.wav');
  const samples = new Int16Array([9, 1, -1, 32_767, -32_768, 0, 9]).subarray(1, 6);
  writeFileSync(file, encodeWav(samples, 32_000));
  const wav = readWav(file);
  t.same([wav.sampleRateHz, wav.channels, [...wav.samples]], [32_000, 1, [...samples]]);
  t.end();
});
