import t from 'tap';
import { longestSilence } from '../../../ops/chaos/longest-silence.ts';

const window = { fromMs: 1_000, toMs: 9_000 };
const heard = (...spans: [number, number][]) => spans.map(([fromMs, toMs]) => ({ fromMs, toMs }));

void t.test('longestSilence() finds the longest gap and where it began', (t) => {
  t.same(longestSilence(heard([1_000, 3_000], [3_500, 4_000], [6_000, 9_000]), window), {
    longestMs: 2_000,
    atMs: 3_000,
  });
  t.end();
});

void t.test('longestSilence() counts the silence before the first sound and after the last', (t) => {
  t.same(longestSilence(heard([4_000, 8_000]), window), { longestMs: 3_000, atMs: 0 });
  t.same(longestSilence(heard([1_000, 2_000]), window), { longestMs: 7_000, atMs: 1_000 });
  t.same(longestSilence([], window), { longestMs: 8_000, atMs: 0 });
  t.end();
});

void t.test('longestSilence() looks at nothing outside its window', (t) => {
  t.same(longestSilence(heard([0, 500], [900, 8_500], [20_000, 30_000]), window), {
    longestMs: 500,
    atMs: 7_500,
  });
  t.end();
});
