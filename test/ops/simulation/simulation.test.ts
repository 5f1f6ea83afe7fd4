import t from 'tap';
import { runBatches } from '../../../ops/simulation/run-batches.ts';
import { simulate } from '../../../ops/simulation/simulation.ts';
import mistakes from './wrong-cores.ts';

/** A mistake has to show within so many runs. */
const patience = 150;

void t.test('simulate() finds nothing wrong with the roster in 600 storms', async (t) => {
  const { seeds, faults, failures } = await runBatches({ first: 1, seeds: 600 });
  t.same(
    failures.map(({ seed, violation }) => ({ seed, ...violation })),
    [],
  );
  t.equal(seeds, 600);
  t.ok(faults > 50_000, `only ${faults} faults`);
});

void t.test('simulate() is the same run for the same seed, whether somebody reads it or not', (t) => {
  const lines: string[] = [];
  const first = simulate({ seed: 7, onLine: (line) => lines.push(line) });
  const again: string[] = [];
  t.same(simulate({ seed: 7, onLine: (line) => again.push(line) }), first);
  t.same(again, lines);
  t.same(simulate({ seed: 7 }), first);
  t.notSame(simulate({ seed: 8 }), { ...first, seed: 8 });
  t.end();
});

for (const { name, caughtBy, makeCore } of mistakes) {
  void t.test(`simulate() finds out a core that ${name}`, (t) => {
    const found = new Set<string>();
    for (let seed = 1; seed <= patience && found.size === 0; seed++) {
      const { violation } = simulate({ seed, makeCore });
      if (violation) found.add(violation.property);
    }
    t.equal(found.size, 1, `not within ${patience} seeds`);
    t.ok(
      caughtBy.some((property) => found.has(property)),
      `found as ${[...found].join()}`,
    );
    t.end();
  });
}
