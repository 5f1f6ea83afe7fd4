import { writeFileSync } from 'node:fs';
import t from 'tap';
import { configurationFile, nextTake } from '../../../ops/replay/take.ts';

const played = (home: string, source: object): void =>
  writeFileSync(configurationFile(home), JSON.stringify({ rooms: [{ id: 'replay', source }] }));

void t.test('nextTake() is another number for each replay in a home', (t) => {
  const home = t.testdir({});
  const takes: number[] = [];
  for (let run = 0; run < 4; run++) {
    const take = nextTake(home);
    takes.push(take);
    played(home, { type: 'recording', take });
  }
  t.same(takes, [0, 1, 2, 3]);
  played(home, { type: 'recording' });
  t.equal(nextTake(home), 1, 'one that was played before takes were counted was the first');
  t.end();
});

void t.test('nextTake() is a new number too when the last one cannot be read', (t) => {
  const home = t.testdir({});
  writeFileSync(configurationFile(home), '{"rooms": [');
  t.ok(nextTake(home) > 1_000);
  t.end();
});
