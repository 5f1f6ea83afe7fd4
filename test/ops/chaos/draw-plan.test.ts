import t from 'tap';
import { drawPlan } from '../../../ops/chaos/draw-plan.ts';
import { faults } from '../../../ops/chaos/faults.ts';

const names = Object.keys(faults);
const candidates = Object.entries(faults).map(([name, fault]) => ({ ...fault, name }));

void t.test('drawPlan() gives the same plan for a seed, and another for another', (t) => {
  const draw = (seed: number) => drawPlan({ seed, durationMs: 120_000, faults: candidates });
  t.same(draw(7), draw(7));
  t.not(JSON.stringify(draw(7)), JSON.stringify(draw(8)));
  t.end();
});

void t.test('drawPlan() lets each fault come once before any comes again, within the time', (t) => {
  const durationMs = 300_000;
  const broken: string[] = [];
  for (let seed = 0; seed < 500; seed++) {
    const plan = drawPlan({ seed, durationMs, faults: candidates });
    const round = plan.slice(0, names.length).map(({ fault }) => fault);
    if (new Set(round).size !== names.length) broken.push(`seed ${seed}: ${round.join(', ')}`);
    const wrong = plan.filter(({ atMs, choice }, index) => {
      const after = plan[index - 1]?.atMs ?? 0;
      return atMs <= after || atMs > durationMs || choice < 0 || choice >= 1;
    });
    if (wrong.length > 0) broken.push(`seed ${seed}: ${JSON.stringify(wrong)}`);
  }
  t.same(broken, []);
  t.end();
});

void t.test('drawPlan() has one fault of each kind before another of any, and slow ones last', (t) => {
  const kinds = new Set(candidates.map(({ kind }) => kind));
  for (let seed = 0; seed < 100; seed++) {
    const plan = drawPlan({ seed, durationMs: 300_000, faults: candidates });
    const drawn = plan.map(({ fault }) => faults[fault]);
    if (new Set(drawn.slice(0, kinds.size).map((fault) => fault?.kind)).size !== kinds.size)
      t.fail(`seed ${seed}`);
    if (drawn.findIndex((fault) => fault?.slow) !== candidates.length - 1) t.fail(`slow, seed ${seed}`);
    const two = drawPlan({ seed, durationMs: 120_000, faults: candidates });
    t.ok(two.length >= candidates.length, `${two.length} faults in two minutes`);
  }
  t.end();
});

void t.test('drawPlan() draws nothing when there is nothing to draw, or no time', (t) => {
  t.same(drawPlan({ seed: 1, durationMs: 60_000, faults: [] }), []);
  t.same(drawPlan({ seed: 1, durationMs: 1_000, faults: candidates }), []);
  t.end();
});
