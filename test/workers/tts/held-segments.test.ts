import { mock } from 'node:test';
import type { JsMsg } from '@nats-io/jetstream';
import t from 'tap';
import { HeldSegments } from '../../../workers/tts/held-segments.ts';

function makeHeld(seq: number) {
  const said: number[] = [];
  const message = { working: () => said.push(seq) } as Partial<JsMsg> as JsMsg;
  return { said, delivery: { seq, message } };
}

void t.test('HeldSegments tells the bus every 2 s that it still works on what it holds', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const [one, two] = [makeHeld(1), makeHeld(2)];
  {
    using held = new HeldSegments();
    held.hold(one.delivery);
    held.hold(two.delivery);
    mock.timers.tick(2_000);
    held.release(one.delivery);
    mock.timers.tick(4_000);
    t.equal(held.size, 1);
  }
  mock.timers.tick(10_000);
  t.same([one.said.length, two.said.length], [1, 3]);
});

void t.test('HeldSegments.hold() refuses the second delivery of the same segment', async (t) => {
  using held = new HeldSegments();
  t.equal(held.hold(makeHeld(1).delivery), true);
  t.equal(held.hold(makeHeld(1).delivery), false);
  held.release(makeHeld(1).delivery);
  t.equal(held.hold(makeHeld(1).delivery), true);
});
