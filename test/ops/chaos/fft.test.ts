import t from 'tap';
import { Fft } from '../../../ops/chaos/fft.ts';
import { SeededRandom } from '../../../ops/sim/douyin-room/scenario/seeded-random.ts';

void t.test('Fft gives what the definition gives, and its inverse gives the beginning back', (t) => {
  const size = 16;
  const random = new SeededRandom(3);
  const re = Float64Array.from({ length: size }, () => random.next() - 0.5);
  const im = Float64Array.from({ length: size }, () => random.next() - 0.5);
  const [gotRe, gotIm] = [re.slice(), im.slice()];
  const fft = new Fft(size);
  fft.forward(gotRe, gotIm);
  for (let k = 0; k < size; k++) {
    let [sumRe, sumIm] = [0, 0];
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * k * n) / size;
      const [a, b] = [re[n] ?? 0, im[n] ?? 0];
      sumRe += a * Math.cos(angle) - b * Math.sin(angle);
      sumIm += a * Math.sin(angle) + b * Math.cos(angle);
    }
    t.ok(Math.abs(sumRe - (gotRe[k] ?? 0)) < 1e-9 && Math.abs(sumIm - (gotIm[k] ?? 0)) < 1e-9, `bin ${k}`);
  }
  fft.backward(gotRe, gotIm);
  t.ok(gotRe.every((value, index) => Math.abs(value - (re[index] ?? 0)) < 1e-12));
  t.ok(gotIm.every((value, index) => Math.abs(value - (im[index] ?? 0)) < 1e-12));
  t.end();
});

void t.test('Fft refuses sizes that are no power of two', (t) => {
  for (const size of [0, 1, 3, 1_000]) t.throws(() => new Fft(size), RangeError);
  t.end();
});
