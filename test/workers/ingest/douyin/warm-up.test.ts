import { getEventListeners } from 'node:events';
import t from 'tap';
import { warmUpDouyin } from '../../../../workers/ingest/douyin/warm-up.ts';

void t.test('warmUpDouyin() reads its own room to the end, and leaves nothing behind', async (t) => {
  const { signal } = new AbortController();
  await warmUpDouyin(signal);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

void t.test('warmUpDouyin() ends when it is told to', async (t) => {
  await t.rejects(warmUpDouyin(AbortSignal.abort(new Error('stop'))));
});
