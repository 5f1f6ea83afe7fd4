import t from 'tap';
import { TokenGate } from '../../../../workers/tts/policies/token-gate.ts';
import { VirtualClock } from './virtual-clock.ts';

const { signal } = new AbortController();

void t.test('take() lets through at the rate, in order', async (t) => {
  using clock = new VirtualClock();
  const gate = new TokenGate({ capacity: 1, perSecond: 10 }, clock);
  const through: [number, number][] = [];
  const takes = [0, 1, 2].map(async (index) => {
    await gate.take({ maxWaitMs: 1_000, signal, name: 'a' });
    through.push([index, clock.now()]);
  });
  await clock.finish(Promise.all(takes));
  t.same(through, [
    [0, 0],
    [1, 100],
    [2, 200],
  ]);
});

void t.test('take() throws when the turn would come too late, and when it is told to stop', async (t) => {
  using clock = new VirtualClock();
  const gate = new TokenGate({ capacity: 1, perSecond: 10 }, clock);
  await gate.take({ maxWaitMs: 0, signal, name: 'a' });
  await t.rejects(gate.take({ maxWaitMs: 50, signal, name: 'a' }), { code: 'limited' });
  const stop = new AbortController();
  const taking = gate.take({ maxWaitMs: 500, signal: stop.signal, name: 'a' });
  stop.abort(new Error('given up'));
  await t.rejects(taking, { message: 'given up' });
  await clock.finish(gate.take({ maxWaitMs: 100, signal, name: 'a' }));
  t.equal(clock.now(), 100, 'the place of the one that left is free');
});
