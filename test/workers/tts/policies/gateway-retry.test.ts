import t from 'tap';
import { EngineError } from '../../../../workers/tts/endpoint.ts';
import { retryGateway } from '../../../../workers/tts/policies/gateway-retry.ts';
import { VirtualClock } from './virtual-clock.ts';

const rules = { attempts: 3, firstMs: 100, factor: 2, capMs: 1_000 };
const { signal } = new AbortController();

/** Runs work that fails with these, one after another; tells when it was asked and what came of it. */
async function retry(failures: Error[], { takesMs = 0, attempts = 3 } = {}) {
  using clock = new VirtualClock({ everywhere: true });
  const askedAt: number[] = [];
  const work = async () => {
    const failure = failures[askedAt.length];
    askedAt.push(clock.now());
    if (takesMs > 0) await clock.delay(takesMs, signal);
    if (failure) throw failure;
    return 'sound';
  };
  const outcome = await clock
    .finish(retryGateway({ rules: { ...rules, attempts }, clock, signal }, work))
    .catch((error: unknown) => error);
  return { askedAt, outcome };
}

const gone = (status: number) => new EngineError('server', 'gone', { status });

void t.test('retryGateway() asks again while a proxy says that the server is not there', async (t) => {
  t.same(await retry([gone(502), gone(503)]), { askedAt: [0, 100, 300], outcome: 'sound' });
  t.match(await retry([gone(504), gone(504), gone(504), gone(504)]), {
    askedAt: [0, 100, 300],
    outcome: { status: 504 },
  });
});

void t.test('retryGateway() begins nothing later than a second after the first', async (t) => {
  const failures = Array.from({ length: 9 }, () => gone(503));
  t.same((await retry(failures, { attempts: 9 })).askedAt, [0, 100, 300, 700]);
  t.same((await retry(failures, { takesMs: 500 })).askedAt, [0, 600]);
});

void t.test('retryGateway() leaves all else to others', async (t) => {
  const busy = new EngineError('busy', 'later', { status: 503, retryAfterMs: 2_000 });
  for (const failure of [gone(500), busy, new EngineError('unreachable', 'no'), new Error('a bug')]) {
    t.same(await retry([failure]), { askedAt: [0], outcome: failure });
  }
});
