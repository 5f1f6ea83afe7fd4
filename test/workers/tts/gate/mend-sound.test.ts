import t from 'tap';
import { mendSound } from '../../../../workers/tts/gate/mend-sound.ts';

const sampleRateHz = 10_000;

void t.test('mendSound() turns back what wrapped, in a copy', (t) => {
  const samples = new Int16Array(1_000).fill(30_000, 400, 600);
  samples[500] = -32_768;
  const before = samples.slice();
  const { samples: mended, repairs } = mendSound(samples, {
    sampleRateHz,
    wraps: [500, 500],
    begin: 400,
    end: 600,
    cut: 1_000,
  });
  t.equal(mended[500], 32_767);
  t.same(repairs, ['wrap']);
  t.same(samples, before);
  t.end();
});

void t.test('mendSound() leaves 30–80 ms in front and 120–200 ms behind', (t) => {
  const samples = new Int16Array(30_000).fill(5_000, 10_000, 20_000);
  const { samples: mended, repairs } = mendSound(samples, {
    sampleRateHz,
    wraps: [],
    begin: 10_000,
    end: 20_000,
    cut: 30_000,
  });
  const lead = mended.findIndex((sample) => sample !== 0);
  const tail = mended.length - 1 - mended.findLastIndex((sample) => sample !== 0);
  t.ok(lead >= 300 && lead <= 800, `${lead}`);
  t.ok(tail >= 1_200 && tail <= 2_000, `${tail}`);
  t.same(repairs, ['lead', 'tail']);
  t.end();
});

void t.test('mendSound() fades an edge that would click', (t) => {
  const samples = new Int16Array(2_000).fill(9_000);
  const { samples: mended, repairs } = mendSound(samples, {
    sampleRateHz,
    wraps: [],
    begin: 0,
    end: 1_900,
    cut: 1_500,
  });
  t.equal(mended.length, 1_500);
  t.equal(mended[0], 0);
  t.equal(mended[1_499], 0);
  t.equal(mended[700], 9_000);
  t.same(repairs, ['fade']);
  t.end();
});

void t.test('mendSound() makes nothing of nothing', (t) => {
  const { samples } = mendSound(new Int16Array(0), { sampleRateHz, wraps: [], begin: 0, end: 0, cut: 0 });
  t.equal(samples.length, 0);
  t.end();
});
