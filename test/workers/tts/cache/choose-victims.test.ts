import t from 'tap';
import { chooseVictims } from '../../../../workers/tts/cache/choose-victims.ts';

const limits = { bytes: 1_000, entries: 10 };
const now = 1_790_000_000_000;
const thing = (name: string, bytes: number, costMs = 100, heat = now) => ({ name, bytes, costMs, heat });

void t.test('chooseVictims() takes nothing while both limits hold', (t) => {
  t.same(chooseVictims([thing('a', 500), thing('b', 500)], limits), []);
  t.end();
});

void t.test('chooseVictims() takes what is least worth: large, cheap, or long not used', (t) => {
  const all = [
    thing('large', 400),
    thing('ordinary', 200),
    thing('cheap', 200, 10),
    thing('old', 200, 100, now - 40 * 3_600_000),
    thing('dear', 400, 5_000),
  ];
  const names = chooseVictims(all, limits).map(({ name }) => name);
  t.same(names, ['old', 'cheap', 'large']);
  t.end();
});

void t.test('chooseVictims() keeps to the number as well, and always gets within the limits', (t) => {
  const small = Array.from({ length: 15 }, (_, index) => thing(`${index}`, 1, 100, now + index * 1_000_000));
  t.same(
    chooseVictims(small, limits).map(({ name }) => name),
    ['0', '1', '2', '3', '4', '5'],
  );
  let seed = 3;
  for (let round = 0; round < 200; round++) {
    const all = Array.from({ length: 30 }, (_, index) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return thing(`${index}`, seed % 300, seed % 900, now + (seed % 80_000_000));
    });
    const victims = new Set(chooseVictims(all, limits));
    const left = all.filter((entry) => !victims.has(entry));
    if (left.length > 10 || left.reduce((sum, { bytes }) => sum + bytes, 0) > 1_000) t.fail(`round ${round}`);
  }
  t.end();
});
