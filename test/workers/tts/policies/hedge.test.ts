import { getEventListeners } from 'node:events';
import t from 'tap';
import { untilAborted } from '../../../../workers/tts/policies/deadline.ts';
import type { Contender, Next } from '../../../../workers/tts/policies/hedge.ts';
import { LostRaceError, race } from '../../../../workers/tts/policies/hedge.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Runner {
  name: string;
  /** Infinity: never. */
  sentMs?: number;
  heardMs?: number;
  endMs?: number;
  isGood?: boolean;
  patienceMs?: number;
  slowMs?: number;
}

/** Runs these, one after another as they are wanted; tells what happened, when. */
async function run(runners: Runner[], { lateAfterMs = 18_000, most = 3, stopMs = Infinity } = {}) {
  using clock = new VirtualClock();
  const stop = new AbortController();
  if (stopMs < Infinity) void clock.delay(stopMs, stop.signal).then(() => stop.abort(new Error('stop')));
  const events: string[] = [];
  const waiting = [...runners];
  const until = async (at: number, signal: AbortSignal) =>
    at === Infinity
      ? await untilAborted(new Promise<never>(() => undefined), signal)
      : await clock.delay(at, signal);
  const next = (why: string): Next<string> => {
    const runner = waiting.shift();
    events.push(`${clock.now()} ${why} ${runner?.name ?? '-'}`);
    if (!runner) return { kind: 'none' };
    const {
      name,
      sentMs = 0,
      heardMs = Infinity,
      endMs = Infinity,
      isGood = true,
      patienceMs = 600,
      slowMs = 4_000,
    } = runner;
    const contender: Contender<string> = {
      patienceMs,
      queueMs: 1_500,
      slowMs,
      async run(signal, hooks) {
        signal.addEventListener('abort', () => {
          const spent = signal.reason instanceof LostRaceError ? signal.reason.spent : undefined;
          const why = spent ? `, ${spent.kind} for ${spent.afterMs}` : '';
          events.push(`${clock.now()} ${name} stopped${why}`);
        });
        if (sentMs > 0) await until(sentMs, signal).catch(() => undefined);
        hooks.sent();
        void clock.delay(heardMs, signal).then((passed) => passed && hooks.heard());
        await until(endMs, signal).catch(() => undefined);
        return isGood && !signal.aborted ? name : undefined;
      },
    };
    return { kind: 'run', contender };
  };
  const racing = race({ next, most, lateAfterMs, clock, signal: stop.signal });
  const winner = await clock.finish(racing).catch((error: unknown) => error);
  t.same(getEventListeners(stop.signal, 'abort'), [], 'it listens no more');
  return { winner, at: clock.now(), events };
}

void t.test('race() asks nobody else as long as the first is heard in time', async (t) => {
  const { winner, events } = await run([{ name: 'a', heardMs: 500, endMs: 3_000 }, { name: 'b' }]);
  t.equal(winner, 'a');
  t.same(events, ['0 first a']);
});

void t.test('race() asks another when nothing is heard, and stops the slower one', async (t) => {
  const { winner, at, events } = await run([{ name: 'a' }, { name: 'b', heardMs: 200, endMs: 400 }]);
  t.equal(winner, 'b');
  t.equal(at, 1_000);
  t.same(events, ['0 first a', '600 quiet b', '1000 a stopped, quiet for 600']);
});

void t.test('race() lets the first win when it is faster in the end', async (t) => {
  const { winner, events } = await run([
    { name: 'a', heardMs: 700, endMs: 900 },
    { name: 'b', heardMs: 200, endMs: 500 },
  ]);
  t.equal(winner, 'a');
  t.same(events, ['0 first a', '600 quiet b', '900 b stopped']);
});

void t.test('race() asks one after another when all hang, but not more than may run', async (t) => {
  const hanging = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  const { events } = await run(hanging, { stopMs: 5_000 });
  t.same(events.slice(0, 3), ['0 first a', '600 quiet b', '1200 quiet c']);
  t.notOk(events.some((event) => event.endsWith('quiet d')));
});

void t.test('race() moves on at once after a failure, unless another is heard already', async (t) => {
  const failed = await run([
    { name: 'a', endMs: 40, isGood: false },
    { name: 'b', heardMs: 10, endMs: 60 },
  ]);
  t.match(failed, { winner: 'b', at: 100, events: ['0 first a', '40 failed b'] });
  const hung = await run([
    { name: 'a' },
    { name: 'b', endMs: 10, isGood: false },
    { name: 'c', endMs: 50, heardMs: 40 },
  ]);
  t.match(hung, { winner: 'c', at: 660 });
  const heard = await run([
    { name: 'a', heardMs: 605, endMs: 900 },
    { name: 'b', endMs: 100, isGood: false },
    { name: 'c', endMs: 10 },
  ]);
  t.match(heard, { winner: 'a', at: 900 });
});

void t.test('race() asks another when a sound that has begun does not come to an end', async (t) => {
  const { winner, events } = await run([
    { name: 'a', heardMs: 100, endMs: 20_000 },
    { name: 'b', heardMs: 50, endMs: 200 },
  ]);
  t.equal(winner, 'b');
  t.same(events, ['0 first a', '4100 quiet b', '4300 a stopped, slow for 4000']);
});

void t.test('race() asks the last one in time, whoever runs', async (t) => {
  const { winner, events } = await run(
    [
      { name: 'a', heardMs: 100 },
      { name: 'b', endMs: 50 },
    ],
    {
      lateAfterMs: 2_000,
    },
  );
  t.equal(winner, 'b');
  t.same(events, ['0 first a', '2000 late b', '2050 a stopped']);
});

void t.test('race() tells who was stopped why another was asked', async (t) => {
  const loris = await run([
    { name: 'a', heardMs: 700 },
    { name: 'b', heardMs: 200, endMs: 300 },
  ]);
  t.same(loris.events.at(-1), '900 a stopped, quiet for 600', 'a word that comes late changes nothing');
  const three = await run([{ name: 'a' }, { name: 'b' }, { name: 'c', heardMs: 10, endMs: 700 }]);
  t.same(three.events.slice(3), ['1900 a stopped, quiet for 600', '1900 b stopped, quiet for 600']);
  const queued = await run([
    { name: 'a', sentMs: 9_000 },
    { name: 'b', heardMs: 50, endMs: 100 },
  ]);
  t.same(queued.events.at(-1), '1600 a stopped', 'our own queue is no silence of its');
});

void t.test('race() does not count the time in a queue as silence, up to a bound', async (t) => {
  const short = await run([{ name: 'a', sentMs: 1_000, heardMs: 300, endMs: 400 }, { name: 'b' }]);
  t.match(short, { winner: 'a', at: 1_400, events: ['0 first a'] });
  const long = await run([
    { name: 'a', sentMs: 9_000 },
    { name: 'b', endMs: 100, heardMs: 50 },
  ]);
  t.match(long, { winner: 'b', at: 1_600 });
});

void t.test(
  'race() ends without a winner when nobody is left, and with the reason when it is told to stop',
  async (t) => {
    const left = await run([
      { name: 'a', endMs: 10, isGood: false },
      { name: 'b', endMs: 10, isGood: false },
    ]);
    t.match(left, { winner: undefined, at: 20 });
    const stopped = await run([{ name: 'a' }], { stopMs: 100 });
    t.match(stopped.winner, { message: 'stop' });
    t.equal(stopped.at, 100);
  },
);
