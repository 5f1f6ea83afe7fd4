import t from 'tap';
import { RecentFrames } from '../../../workers/audio/recent-frames.ts';

const frame = (value: number) => new Int16Array(960).fill(value);

void t.test(
  'takeLost() returns the lost frames of who is done, and counts those of who is not',
  async (t) => {
    const recent = new RecentFrames<string>();
    for (const value of [1_000, 2_000, 3_000]) recent.add(frame(value), 'a');
    recent.add(frame(0), undefined);
    recent.add(frame(9_000), 'b');
    const { again, currentSamples } = recent.takeLost(4 * 960 - 10, 'b');
    t.strictSame(
      again.map(({ frame }) => frame[950]),
      [2_000, 3_000],
    );
    t.ok((again[0]?.frame[0] ?? 0) < 50, 'it fades in');
    t.equal(currentSamples, 960);
    t.strictSame(recent.takeLost(9_600, 'b'), { again: [], currentSamples: 0 }, 'once');
  },
);

void t.test('takeLost() goes back a second at most', async (t) => {
  const recent = new RecentFrames<string>();
  for (let n = 0; n < 200; n++) recent.add(frame(n), 'a');
  t.equal(recent.takeLost(1e9, undefined).again.length, 50);
});
