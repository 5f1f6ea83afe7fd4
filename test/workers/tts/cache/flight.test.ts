import { getEventListeners } from 'node:events';
import t from 'tap';
import { Flight } from '../../../../workers/tts/cache/flight.ts';

function open() {
  const work = Promise.withResolvers<string>();
  const state = { ended: 0, stopped: undefined as unknown };
  const flight = new Flight(
    async (signal) => {
      signal.addEventListener('abort', () => {
        state.stopped = signal.reason;
        work.reject(signal.reason);
      });
      return await work.promise;
    },
    () => (state.ended += 1),
  );
  return { flight, work, state };
}

void t.test('Flight gives its result, or its failure, to all who wait', async (t) => {
  const signal = new AbortController().signal;
  const one = open();
  const asked = Promise.all([one.flight.join(signal), one.flight.join(signal)]);
  one.work.resolve('sound');
  t.same(await asked, ['sound', 'sound']);
  t.same(one.state, { ended: 1, stopped: undefined });
  const other = open();
  const failing = Promise.allSettled([other.flight.join(signal), other.flight.join(signal)]);
  other.work.reject(new Error('broken'));
  t.match(await failing, [{ status: 'rejected' }, { status: 'rejected', reason: { message: 'broken' } }]);
  t.equal(other.state.ended, 1);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

void t.test('Flight goes on for the others when one leaves', async (t) => {
  const { flight, work, state } = open();
  const leaving = new AbortController();
  const left = flight.join(leaving.signal);
  const stays = flight.join(new AbortController().signal);
  leaving.abort(new Error('enough'));
  await t.rejects(left, { message: 'enough' });
  t.same(state, { ended: 0, stopped: undefined });
  work.resolve('sound');
  t.equal(await stays, 'sound');
});

void t.test('Flight is given up when the last one leaves', async (t) => {
  const { flight, state } = open();
  const leaving = new AbortController();
  const left = [flight.join(leaving.signal), flight.join(leaving.signal)];
  const reason = new Error('enough');
  leaving.abort(reason);
  for (const each of left) await t.rejects(each, reason);
  t.same(state, { ended: 1, stopped: reason });
  t.equal(getEventListeners(leaving.signal, 'abort').length, 0);
  await t.rejects(flight.join(leaving.signal), reason, 'who is stopped already does not join');
});
