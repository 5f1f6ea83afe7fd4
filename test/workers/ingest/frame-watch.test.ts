import { getEventListeners } from 'node:events';
import t from 'tap';
import { FrameWatch } from '../../../workers/ingest/frame-watch.ts';

const forever = async () => await new Promise<never>(() => undefined);
const quiet = { onSilent: () => undefined, onHeard: () => undefined };

void t.test('next() gives up on a feed that is deaf, and says before that it is silent, once', async (t) => {
  const said: string[] = [];
  const { signal } = new AbortController();
  using watch = new FrameWatch({
    warnMs: 20,
    lostMs: 200,
    onSilent: () => said.push('silent'),
    onHeard: () => said.push('heard'),
    signal,
  });
  await t.rejects(watch.next(forever), { code: 'silent', message: 'No frame for 200 ms' });
  t.same(said, ['silent']);
  t.equal(await watch.next(async () => await Promise.resolve(7)), 7);
  t.same(said, ['silent', 'heard']);
});

void t.test('next() waits for ever for a source that is silent in a quiet room', async (t) => {
  const silent = Promise.withResolvers<void>();
  const frame = Promise.withResolvers<string>();
  let checks = 0;
  using watch = new FrameWatch({
    ...quiet,
    warnMs: 10,
    lostMs: 0,
    onSilent: silent.resolve,
    onCheck: () => (checks += 1) === 50 && frame.resolve('late'),
    signal: new AbortController().signal,
  });
  const next = watch.next(async () => await frame.promise);
  await silent.promise;
  t.equal(await next, 'late');
});

void t.test('next() counts only the waiting as silence', async (t) => {
  const checked = Promise.withResolvers<void>();
  let checks = 0;
  using watch = new FrameWatch({
    ...quiet,
    warnMs: 10,
    lostMs: 20,
    onCheck: () => (checks += 1) === 30 && checked.resolve(),
    signal: new AbortController().signal,
  });
  await watch.next(async () => await Promise.resolve());
  // Busy for long, without asking for a frame.
  await checked.promise;
  t.equal(await watch.next(async () => await Promise.resolve(1)), 1);
});

void t.test('next() ends with the signal, and leaves no listener behind', async (t) => {
  const stop = new AbortController();
  {
    using watch = new FrameWatch({ ...quiet, warnMs: 60_000, lostMs: 60_000, signal: stop.signal });
    const next = watch.next(forever);
    stop.abort(new Error('new credentials'));
    await t.rejects(next, { message: 'new credentials' });
    await t.rejects(watch.next(forever), { message: 'new credentials' });
  }
  t.equal(getEventListeners(stop.signal, 'abort').length, 0);
});

void t.test('next() passes on what the feed throws', async (t) => {
  using watch = new FrameWatch({ ...quiet, warnMs: 0, lostMs: 0, signal: new AbortController().signal });
  await t.rejects(
    watch.next(async () => await Promise.reject(new Error('broke'))),
    { message: 'broke' },
  );
});
