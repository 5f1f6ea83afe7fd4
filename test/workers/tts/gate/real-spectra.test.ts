import t from 'tap';
import { powerSpectra, spectrumSize } from '../../../../workers/tts/gate/real-spectra.ts';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';

function slowPower(signal: Float64Array, bin: number): number {
  let re = 0;
  let im = 0;
  for (const [at, value] of signal.entries()) {
    re += value * Math.cos((2 * Math.PI * bin * at) / spectrumSize);
    im -= value * Math.sin((2 * Math.PI * bin * at) / spectrumSize);
  }
  return re * re + im * im;
}

void t.test('powerSpectra() gives for two signals at once what the definition gives for each', (t) => {
  const random = new SeededRandom(3);
  const draw = () => Float64Array.from({ length: spectrumSize }, () => random.next() - 0.5);
  const [one, other] = [draw(), draw()];
  const first = new Float64Array(spectrumSize / 2);
  const second = new Float64Array(spectrumSize / 2);
  powerSpectra(one.slice(), other.slice(), { first, second });
  for (let bin = 0; bin < spectrumSize / 2; bin++) {
    t.ok(Math.abs((first[bin] ?? 0) - slowPower(one, bin)) < 1e-8, `bin ${bin} of the first`);
    t.ok(Math.abs((second[bin] ?? 0) - slowPower(other, bin)) < 1e-8, `bin ${bin} of the second`);
  }
  t.end();
});
