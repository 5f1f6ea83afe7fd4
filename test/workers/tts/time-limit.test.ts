import { getEventListeners, once } from 'node:events';
import t from 'tap';
import { TimeLimitError, openTimeLimit } from '../../../workers/tts/time-limit.ts';

void t.test('openTimeLimit() says stop after its time', async (t) => {
  using limit = openTimeLimit(1, new AbortController().signal);
  if (!limit.signal.aborted) await once(limit.signal, 'abort');
  t.type(limit.signal.reason, TimeLimitError);
});

void t.test('openTimeLimit() says stop with the outer signal, and with its reason', async (t) => {
  const outer = new AbortController();
  using limit = openTimeLimit(60_000, outer.signal);
  outer.abort('enough');
  t.equal(limit.signal.reason, 'enough');
  using late = openTimeLimit(60_000, outer.signal);
  t.equal(late.signal.reason, 'enough');
});

void t.test('openTimeLimit() leaves no listener behind', async (t) => {
  const outer = new AbortController();
  {
    using _limit = openTimeLimit(60_000, outer.signal);
    t.equal(getEventListeners(outer.signal, 'abort').length, 1);
  }
  t.equal(getEventListeners(outer.signal, 'abort').length, 0);
});
