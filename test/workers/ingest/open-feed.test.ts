import t from 'tap';
import { FaultLog } from '../../../workers/ingest/fault-log.ts';
import { openFeed } from '../../../workers/ingest/open-feed.ts';
import type { Feed, Opening, Source } from '../../../workers/ingest/source.ts';

const forever = async () => await new Promise<never>(() => undefined);
const feed = (close: () => Promise<void>): Opening => {
  const opened: Feed = {
    title: 't',
    anchor: 'a',
    async *frames() {
      yield* [];
      await Promise.resolve();
      return { reason: 'over', waitMs: 0 };
    },
    [Symbol.asyncDispose]: close,
  };
  return { kind: 'open', feed: opened };
};

function ask(open: Source['open'], { openMs = 60_000, signal = new AbortController().signal } = {}) {
  const said: string[] = [];
  const faults = new FaultLog({ warn: (_fields: unknown, text?: unknown) => said.push(String(text)) });
  const source: Source = { platform: 'x', open, [Symbol.asyncDispose]: () => Promise.resolve() };
  const opening = openFeed({ room: 'demo', source, faults, signal, openMs, closeMs: 20 });
  return { opening, said };
}

void t.test('openFeed() does not wait for ever for a source, and closes what comes too late', async (t) => {
  const closed = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Opening>();
  const { opening } = ask(async () => await late.promise, { openMs: 10 });
  await t.rejects(opening, { code: 'network', message: /did not answer within 10 ms/ });
  late.resolve(feed(() => Promise.resolve(closed.resolve())));
  await closed.promise;
});

void t.test('openFeed() tells a source that is too late to stop', async (t) => {
  const { opening } = ask(
    async (signal) =>
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      ),
    { openMs: 10 },
  );
  await t.rejects(opening, { code: 'network' });
});

void t.test(
  'openFeed() leaves a feed behind that does not close, and one that throws, and says so',
  async (t) => {
    for (const [close, text] of [
      [forever, /left behind/],
      [async () => await Promise.reject(new Error('no')), /could not be closed/],
    ] as const) {
      const { opening, said } = ask(async () => await Promise.resolve(feed(close)));
      const opened = await opening;
      if (opened.kind !== 'open') throw new Error('not open');
      await opened.feed[Symbol.asyncDispose]();
      t.match(said, [text]);
    }
  },
);

void t.test('openFeed() passes on what a source says and throws', async (t) => {
  const offline = { kind: 'offline', reason: 'x' } as const;
  t.same(await ask(async () => await Promise.resolve(offline)).opening, offline);
  await t.rejects(
    ask(() => {
      throw new Error('at once');
    }).opening,
    { message: 'at once' },
  );
});

void t.test('openFeed() ends with the signal, even when the source does not', async (t) => {
  const stop = new AbortController();
  const { opening } = ask(forever, { signal: stop.signal });
  stop.abort(new Error('drained'));
  await t.rejects(opening, { message: 'drained' });
});
