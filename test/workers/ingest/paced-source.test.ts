import t from 'tap';
import { pacedSource } from '../../../workers/ingest/paced-source.ts';
import type { FeedEnd, Source, SourceFrame } from '../../../workers/ingest/source.ts';

/** A room that has said so many frames already. */
function floodOf(count: number): Source {
  const end: FeedEnd = { reason: 'over', waitMs: 7 };
  async function* frames(): AsyncGenerator<SourceFrame, FeedEnd> {
    for (let index = 0; index < count; index++) {
      await Promise.resolve();
      yield { receivedAt: index, observations: [], acknowledge: () => undefined };
    }
    return end;
  }
  const nothing = async () => await Promise.resolve();
  return {
    platform: 'test',
    open: async () =>
      await Promise.resolve({
        kind: 'open',
        feed: { title: 'flood', anchor: '', frames, [Symbol.asyncDispose]: nothing },
      }),
    [Symbol.asyncDispose]: nothing,
  };
}

async function readAll(count: number, maxFramesPerSecond: number, stopReading: AbortSignal) {
  let held = 0;
  const source = pacedSource(floodOf(count), { maxFramesPerSecond, onHeld: () => (held += 1) });
  const opening = await source.open(stopReading);
  if (opening.kind !== 'open') throw new Error(opening.kind);
  const frames = opening.feed.frames(stopReading);
  const startedAt = performance.now();
  let read = 0;
  let next = await frames.next();
  for (; !next.done; next = await frames.next()) {
    t.equal(next.value.receivedAt, read);
    read += 1;
  }
  return { read, held, end: next.value, tookMs: performance.now() - startedAt, title: opening.feed.title };
}

void t.test('pacedSource() hands out a second of frames at once, and then keeps the pace', async (t) => {
  const { signal } = new AbortController();
  const { read, held, end, tookMs, title } = await readAll(300, 200, signal);
  t.same([read, end, title], [300, { reason: 'over', waitMs: 7 }, 'flood']);
  t.ok(held > 0);
  t.ok(tookMs >= 450, `${tookMs} ms: no faster than it may be`);
});

void t.test('pacedSource() holds nothing up when reading is to end', async (t) => {
  const { read, end } = await readAll(5_000, 10, AbortSignal.abort());
  t.same([read, end.reason], [5_000, 'over']);
});
