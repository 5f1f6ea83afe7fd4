import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { openBus } from '../../../workers/open-bus.ts';
import { BudgetKeeper } from '../../../workers/reply/budget-keeper.ts';
import { accessTo, startNats } from '../../support/nats.ts';

const log = pino({ level: 'silent' });
const day = '2026-11-28';

async function open(t: Test) {
  const server = await startNats(t);
  const stop = new AbortController();
  const bus = await openBus({ access: accessTo(server.url), name: 'test', log, signal: stop.signal });
  t.teardown(async () => {
    stop.abort();
    await bus[Symbol.asyncDispose]();
  });
  const bucket = await bus.bucket('memory');
  const keeper = () => new BudgetKeeper(async () => await Promise.resolve(bucket), stop.signal);
  return { server, bucket, keeper };
}

void t.test('processes that use models at the same time know what all have used', async (t) => {
  const { keeper } = await open(t);
  const keepers = [keeper(), keeper(), keeper()];
  for (const each of keepers) t.equal(await each.load(), undefined);
  const saved = keepers.map(async (each) => await each.save({ day, requests: 2, tokens: 100 }));
  const most = (await Promise.all(saved)).map(({ requests }) => requests);
  t.equal(Math.max(...most), 6);
  const late = keeper();
  t.same(await late.load(), { day, requests: 6, tokens: 300 });
  t.same(await late.save({ day, requests: 7, tokens: 350 }), { day, requests: 7, tokens: 350 });
  const [first] = keepers;
  const own = (await first?.load()) ?? { day, requests: 0, tokens: 0 };
  t.same(own, { day, requests: 7, tokens: 350 });
  t.match(await first?.save({ ...own, requests: own.requests + 1 }), { requests: 8 }, 'only what is new');
});

void t.test('a new day begins with nothing, and what is damaged is replaced', async (t) => {
  const { keeper, bucket } = await open(t);
  await keeper().save({ day, requests: 5, tokens: 50 });
  t.same(await keeper().save({ day: '2026-11-29', requests: 1, tokens: 10 }), {
    day: '2026-11-29',
    requests: 1,
    tokens: 10,
  });
  await bucket.put('model.daily', '{"day": 5');
  t.equal(await keeper().load(), undefined);
  t.match(await keeper().save({ day, requests: 3, tokens: 30 }), { requests: 3, tokens: 30 });
  t.match(await keeper().load(), { requests: 3 });
});

void t.test('save() does not wait for a bus that is gone', async (t) => {
  const { server, keeper } = await open(t);
  const away = keeper();
  await away.save({ day, requests: 1, tokens: 10 });
  await server.stop();
  await t.rejects(away.save({ day, requests: 2, tokens: 20 }));
});
