import t from 'tap';
import type { Heartbeat } from '../../protocol/ipc.ts';
import { openHeart } from '../../workers/heart.ts';

void t.test(
  'openHeart() beats at the pace that holds now, and tells only figures that have changed',
  async (t) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let everyMs = 200;
    const counters = { spoken: 1, queue: 0 };
    const beats: Heartbeat[] = [];
    const read = () => {
      counters.spoken = Math.ceil((beats.length + 1) / 2);
      return { connected: true, inFlight: 0, lastProgressAt: 7, counters };
    };
    using _heart = openHeart(
      () => everyMs,
      read,
      (heartbeat) => {
        beats.push(heartbeat);
        if (beats.length === 2) everyMs = 20;
        if (beats.length === 6) resolve();
      },
    );
    // A heart alone keeps no process alive.
    const alive = setInterval(() => undefined, 1_000);
    await promise;
    clearInterval(alive);
    t.same(
      beats.map((beat) => beat.counters),
      [{ spoken: 1, queue: 0 }, {}, { spoken: 2 }, {}, { spoken: 3 }, {}],
    );
    const [first = 0, second = 0] = beats.map(({ at }) => at);
    t.ok(second - first >= 45, `${second - first} ms at the slow pace`);
    t.match(beats[0], { connected: true, inFlight: 0, lastProgressAt: 7 });
  },
);
