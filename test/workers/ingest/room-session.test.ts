import t from 'tap';
import type { Feed, FeedEnd, Opening, Source, SourceFrame } from '../../../workers/ingest/source.ts';
import { SourceError } from '../../../workers/ingest/source.ts';
import { delay } from '../../../workers/delay.ts';
import { seeded } from '../../supervisor/seeded.ts';
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

void t.test(
  'runRoomSession() keeps one connection at most, never tries in a hot loop, and never stops trying',
  async (t) => {
    const floorMs = 4;
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const attempts = 40;
      let open = 0;
      let most = 0;
      let opened = 0;
      let triedAt = -Infinity;
      let soonest = Infinity;
      const enough = Promise.withResolvers<void>();
      const source: Source = {
        platform: 'douyin',
        async open(signal) {
          // As the connection has it: this call may come late on a busy machine.
          const now = room.link.connection.state.triedAt;
          soonest = Math.min(soonest, now - triedAt);
          triedAt = now;
          if (++opened === attempts) enough.resolve();
          const drawn = random();
          if (drawn < 0.2) throw new SourceError(drawn < 0.1 ? 'authentication' : 'business', 'refused');
          if (drawn < 0.3) return { kind: 'blocked', reason: 'x' };
          if (drawn < 0.4) return { kind: drawn < 0.35 ? 'offline' : 'not-found', reason: 'x' };
          if (drawn < 0.5) throw new Error('oops');
          await delay(random() * 3, signal);
          most = Math.max(most, (open += 1));
          return {
            kind: 'open',
            feed: {
              title: '',
              anchor: '',
              async *frames() {
                for (let count = random() * 4; count > 1; count--) {
                  yield await Promise.resolve(frame(`${opened}.${count}`));
                }
                if (random() < 0.2) throw new Error('broke');
                if (random() < 0.2) await new Promise<never>(() => undefined);
                return { reason: 'over', waitMs: 0, trouble: random() < 0.5 ? 'network' : 'closed' };
              },
              async [Symbol.asyncDispose]() {
                await delay(random() * 3, signal);
                open -= 1;
                if (random() < 0.1) throw new Error('does not close');
              },
            },
          };
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
      const policy = { floorMs, silenceWarnMs: 5, silenceLostMs: 10 };
      const room = startRoom(t, { source, policy });
      await enough.promise;
      room.stop.abort();
      await room.ended;
      t.equal(most, 1, `seed ${seed}: one at a time`);
      t.equal(open, 0, `seed ${seed}: all are closed`);
      t.ok(soonest >= floorMs, `seed ${seed}: tried again after ${soonest} ms`);
    }
  },
);
