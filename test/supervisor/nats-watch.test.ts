import t from 'tap';
import { look, newlyWatched } from '../../supervisor/nats-watch.ts';
import type { Look } from '../../supervisor/nats-watch.ts';

/** The reasons that such looks lead to, and when. */
function reasons(looks: [at: number, seen: Look][]): [number, string][] {
  let watched = newlyWatched(0);
  return looks.flatMap(([at, seen]): [number, string][] => {
    const next = look(watched, seen, at);
    watched = next.watched;
    return next.reason === '' ? [] : [[at, next.reason]];
  });
}

const state = (letter: string): Look => ({ kind: 'state', letter });
const bad: Look = { kind: 'probe', ok: false, text: 'silence' };
const good: Look = { kind: 'probe', ok: true, text: '' };

void t.test(
  'look() gives a server up that has been stopped for a second, and none that was stopped for less',
  (t) => {
    const every = (letters: string) =>
      letters.split('').map((letter, index): [number, Look] => [index * 250, state(letter)]);
    t.same(reasons(every('STTTTT')), [[1_250, 'stopped for 1000 ms']]);
    t.same(reasons(every('STTTTSTTTT')), []);
    t.same(reasons(every('SSDDDDDDRt')), []);
    t.end();
  },
);

void t.test('look() gives a server up after three bad probes in a row', (t) => {
  t.same(
    reasons([
      [500, bad],
      [1_250, bad],
      [2_000, bad],
    ]),
    [[2_000, 'no good answer to 3 probes: silence']],
  );
  t.same(
    reasons([
      [500, bad],
      [1_250, bad],
      [1_500, good],
      [2_000, bad],
      [2_750, bad],
    ]),
    [],
  );
  t.end();
});

void t.test('look() blames nobody when it comes late itself', (t) => {
  t.same(
    reasons([
      [500, bad],
      [1_250, bad],
      [9_000, bad],
      [9_750, bad],
      [10_500, bad],
    ]),
    [],
  );
  t.same(
    reasons([
      [250, state('T')],
      [9_000, state('T')],
      [9_250, state('T')],
    ]),
    [],
  );
  t.end();
});
