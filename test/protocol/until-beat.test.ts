import t from 'tap';
import { untilBeat } from '../../protocol/until-beat.ts';

void t.test('untilBeat() leads to whole multiples of the interval, from wherever it is asked', (t) => {
  for (const now of [1_000, 1_001, 1_120, 1_374])
    t.equal((now + untilBeat(500, now)) % 500, 0, `from ${now}`);
  t.equal(untilBeat(500, 1_000), 500);
  t.equal(untilBeat(500, 1_100), 400);
  t.end();
});

void t.test('untilBeat() does not call again at once who came a moment early', (t) => {
  t.equal(untilBeat(500, 1_499), 501);
  t.equal(untilBeat(500, 1_376), 624);
  t.end();
});
