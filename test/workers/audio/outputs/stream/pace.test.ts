import t from 'tap';
import { Pace } from '../../../../../workers/audio/outputs/stream/pace.ts';

const frame = 960;

/** Offers pieces of 20 ms when they come, one after the other as the sink does; answers when each went. */
function play(arrivals: number[]): { went: number[]; pace: Pace } {
  const pace = new Pace();
  const went: number[] = [];
  for (const at of arrivals) {
    const now = Math.max(at, went.at(-1) ?? -Infinity);
    went.push(Math.max(now, pace.due(now)));
    pace.went(frame);
  }
  return { went, pace };
}

const steady = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + 20 * n);

void t.test('due() lets sound that comes in time through as it comes', (t) => {
  t.strictSame(play(steady(500, 7)).went, steady(500, 7));
  t.end();
});

void t.test('due() holds back what comes too early', (t) => {
  const { went } = play(steady(100).map(() => 0));
  t.strictSame(went.slice(0, 50), steady(50));
  const last = went.at(-1) ?? 0;
  t.ok(last > 1_900 && last <= 1_980, `100 pieces took ${last} ms`);
  t.end();
});

void t.test('due() lets what a short pause held up through at once, and of a long one 300 ms', (t) => {
  const short = [...steady(100), ...Array.from({ length: 10 }, () => 2_200), ...steady(10, 2_200)];
  t.strictSame(play(short).went, short);
  const long = [...steady(100), ...Array.from({ length: 50 }, () => 9_000)];
  const { went, pace } = play(long);
  t.strictSame(
    went.slice(100, 116),
    Array.from({ length: 16 }, () => 9_000),
  );
  t.ok((went.at(-1) ?? 0) >= 9_600, 'the rest in real time');
  t.equal(pace.pauses, 1);
  t.end();
});

void t.test('due() works off what has piled up, two percent at a time', (t) => {
  // 400 ms lay ready when it began.
  const arrivals = steady(3_000).map((at) => Math.max(0, at - 400));
  const { went } = play(arrivals);
  const delays = went.map((at, n) => at - (arrivals[n] ?? 0));
  t.equal(delays[30], 400);
  t.ok((delays.at(-1) ?? Infinity) <= 20, `${delays.at(-1)} ms are left`);
  const fastest = Math.min(...went.slice(50).map((at, n) => at - (went[n] ?? 0)));
  t.ok(fastest >= 960, `a second took at least ${fastest} ms`);
  t.end();
});
