import t from 'tap';
import type { Feed, FeedEnd, Opening, Source, SourceFrame } from '../../../workers/ingest/source.ts';
import { startRoom } from '../../support/ingest-room.ts';

const frame = (messageId: string): SourceFrame => ({
  receivedAt: 0,
  observations: [
    { messageId, at: 0, viewer: null, body: { kind: 'chat', text: messageId, luckyBag: false } },
  ],
  acknowledge: () => undefined,
});

/** A source that answers each attempt as the test says; after the last one it is off the air. */
function scripted(attempts: (() => Opening)[]) {
  const state = { opened: 0, disposed: 0 };
  const source: Source = {
    platform: 'douyin',
    open: () => {
      const attempt = attempts[state.opened++];
      return Promise.try(() => attempt?.() ?? { kind: 'offline', reason: 'the script is over' });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const feed = (run: (stop: AbortSignal) => AsyncGenerator<SourceFrame, FeedEnd>): Opening => {
    const opened: Feed = {
      title: '',
      anchor: '',
      frames: run,
      [Symbol.asyncDispose]: () => {
        state.disposed += 1;
        return Promise.resolve();
      },
    };
    return { kind: 'open', feed: opened };
  };
  return { source, state, feed };
}

async function* sayAndEnd(...ids: string[]): AsyncGenerator<SourceFrame, FeedEnd> {
  for (const id of ids) yield await Promise.resolve(frame(id));
  return { reason: 'over', waitMs: 0 };
}

void t.test('runRoomSession() survives whatever a source throws, and closes every feed', async (t) => {
  const script = scripted([
    () => {
      throw new Error('no network');
    },
    () => {
      throw 'not even an error';
    },
    () =>
      script.feed(async function* () {
        yield await Promise.resolve(frame('1'));
        throw new Error('broke in the middle');
      }),
    () => script.feed(() => sayAndEnd('1', '2')),
    () => ({ kind: 'blocked', reason: 'x' }),
    () => ({ kind: 'not-found', reason: 'x' }),
    () => script.feed(() => sayAndEnd('3')),
  ]);
  const { sink, counters } = startRoom(t, { source: script.source });
  await sink.until(() => sink.texts().includes('3'));
  t.same(sink.texts(), ['1', '2', '3']);
  t.equal(counters['duplicates'], 1);
  t.equal(script.state.opened, 7);
  t.ok(script.state.disposed >= 2);
});

void t.test('runRoomSession() passes nothing on before it remembers', async (t) => {
  const remembered = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const script = scripted([
    () =>
      script.feed(async function* () {
        asked.resolve();
        yield* sayAndEnd('1');
        return { reason: 'over', waitMs: 0 };
      }),
  ]);
  const { sink } = startRoom(t, { source: script.source, remembered: remembered.promise });
  await asked.promise;
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(sink.published.length, 0);
  remembered.resolve();
  await sink.until(() => sink.published.length === 1);
});
