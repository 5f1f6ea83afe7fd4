import t from 'tap';
import { drawSeed } from '../../../../workers/tts/policies/draw-seed.ts';

void t.test('drawSeed() is the same for the same, and fits into 31 bits', (t) => {
  t.equal(drawSeed('欢迎', { roll: 0, attempt: 0 }), drawSeed('欢迎', { roll: 0, attempt: 0 }));
  t.equal(drawSeed('欢迎', { roll: 0, attempt: 0 }), 22_052_135, 'in every process');
  t.end();
});

void t.test('drawSeed() differs for each text, re-roll and try', (t) => {
  const seeds = new Set<number>();
  for (let text = 0; text < 200; text++) {
    for (let roll = 0; roll < 4; roll++) {
      for (let attempt = 0; attempt < 18; attempt++) {
        const seed = drawSeed(`第${text}句`, { roll, attempt });
        if (seed < 0 || seed > 0x7f_ff_ff_ff || !Number.isInteger(seed)) t.fail(`${seed}`);
        seeds.add(seed);
      }
    }
  }
  t.ok(seeds.size > 200 * 4 * 18 - 5, `${seeds.size} seeds`);
  t.end();
});
