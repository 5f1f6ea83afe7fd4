import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadEarcon } from '../../../../workers/audio/mix/load-earcon.ts';
import { sine, wavFile } from './wav-file.ts';

const form = { encoding: 'integer', bits: 16, rateHz: 44_100, channels: [sine(440, 44_100, 0.5)] } as const;

void t.test('loadEarcon() takes three seconds at the most', async (t) => {
  const folder = t.testdir();
  const [short, long] = [join(folder, 'short.wav'), join(folder, 'long.wav')];
  writeFileSync(short, wavFile({ ...form, channels: [...form.channels], samples: 3 * 44_100 }));
  writeFileSync(long, wavFile({ ...form, channels: [...form.channels], samples: 3 * 44_100 + 441 }));
  const pcm = await loadEarcon(short);
  t.equal(pcm.length, 3 * 48_000);
  t.ok(Math.abs(pcm.at(-1) ?? 0) < 200, 'it ends without a click');
  await t.rejects(loadEarcon(long), { message: /longer than 3 seconds/ });
});
