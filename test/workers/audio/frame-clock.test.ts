import t from 'tap';
import { FrameClock } from '../../../workers/audio/frame-clock.ts';
import { seeded } from './fixtures.ts';

void t.test('due() gives one frame every 20 ms and catches up a short stall', async (t) => {
  const clock = new FrameClock({ startMs: 1_000, catchUpMs: 300 });
  t.strictSame(clock.due(1_000), { frames: 0, lostFrames: 0 });
  t.strictSame(clock.due(1_019), { frames: 0, lostFrames: 0 });
  t.strictSame(clock.due(1_020), { frames: 1, lostFrames: 0 });
  t.strictSame(clock.due(1_321), { frames: 15, lostFrames: 0 });
  t.equal(clock.untilNext(1_321), 19);
});

void t.test('due() bursts no more than the buffer after a long stall, and says what was lost', async (t) => {
  const clock = new FrameClock({ startMs: 0, catchUpMs: 300 });
  t.strictSame(clock.due(3_000), { frames: 15, lostFrames: 135 });
  t.strictSame(clock.due(3_000), { frames: 0, lostFrames: 0 });
  t.strictSame(clock.due(3_020), { frames: 1, lostFrames: 0 });
});

void t.test('due() accounts for all time that passed, for any seed', async (t) => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seeded(seed);
    const clock = new FrameClock({ startMs: 0, catchUpMs: 300 });
    let now = 0;
    let frames = 0;
    for (let step = 0; step < 200; step++) {
      now += random() < 0.05 ? random() * 5_000 : random() * 60;
      const due = clock.due(now);
      frames += due.frames + due.lostFrames;
    }
    if (frames !== Math.floor(now / 20)) t.fail(`seed ${seed}: ${frames} frames in ${now} ms`);
  }
});
