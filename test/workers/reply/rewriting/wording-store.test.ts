import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import { noDuty } from '../../../../workers/duty.ts';
import { openBus } from '../../../../workers/open-bus.ts';
import { WordingStore, wordingsKey } from '../../../../workers/reply/rewriting/wording-store.ts';
import type { KeptWordings } from '../../../../workers/reply/rewriting/wording-table.ts';
import { accessTo, startNats } from '../../../support/nats.ts';
import { openServers } from '../model/open-chain.ts';
import { configOf, openRewriter } from './open-rewriter.ts';

async function open(t: Test) {
  const { url } = await startNats(t);
  const stop = new AbortController();
  const { signal } = stop;
  const bus = await openBus({ access: accessTo(url), name: 'test', log: pino({ level: 'silent' }), signal });
  t.teardown(async () => {
    stop.abort();
    await bus[Symbol.asyncDispose]();
  });
  const kv = await bus.bucket('memory');
  const bucket = async () => await Promise.resolve(kv);
  return { kv, signal, store: () => new WordingStore({ bucket, duty: noDuty, signal }) };
}

const use = { day: '2026-11-28', requests: 1, tokens: 100 };
const kept = (...wordings: string[]): KeptWordings => ({
  version: 1,
  lines: { a: { wordings, rejected: 0 } },
  use,
  askedAt: 5,
});

void t.test('WordingStore keeps what was written, and never overwrites what it has not seen', async (t) => {
  const { store } = await open(t);
  const [one, other] = [store(), store()];
  t.equal(await one.read(), undefined);
  await other.read();
  await one.write(kept('一'));
  await one.write(kept('一', '二'));
  await t.rejects(other.write(kept('三')));
  await t.rejects(other.write(kept('三')), /was not read/);
  t.same(await other.read(), kept('一', '二'));
  await other.write(kept('三'));
  t.same(await one.read(), kept('三'));
});

void t.test('WordingStore takes what is damaged for nothing, and replaces it', async (t) => {
  const { kv, store } = await open(t);
  for (const json of ['', '{', '{"version":2}', '{"version":1,"lines":{"a":7}}']) {
    await kv.put(wordingsKey, json);
    t.equal(await store().read(), undefined, json);
  }
  await kv.delete(wordingsKey);
  const one = store();
  t.equal(await one.read(), undefined);
  await one.write(kept('一'));
  t.same(await store().read(), kept('一'));
});

void t.test('two processes that write at once lose nothing of each other', async (t) => {
  const [server] = await openServers(t, {});
  const { store, signal } = await open(t);
  const config = configOf(server?.url ?? '', { rewrites: { perLine: 3 } });
  const [one, other] = await Promise.all([
    openRewriter(t, config, store()),
    openRewriter(t, config, store()),
  ]);
  await Promise.all([one.rewriter.run(signal), other.rewriter.run(signal)]);
  const all = await store().read();
  const wordings = Object.values(all?.lines ?? {}).flatMap((line) => line.wordings);
  const { requests } = all?.use ?? { requests: 0 };
  t.ok(wordings.length >= 6, `${wordings.length} of ${requests} requests`);
  const reader = await openRewriter(t, config, store());
  const stop = new AbortController();
  const following = reader.rewriter.follow(stop.signal);
  await reader.until((figures) => figures.wordings === 6);
  for (const [at] of config.idle[0]?.lines.entries() ?? [])
    t.equal(reader.rewriter.wordings('main', at).length, 3);
  stop.abort();
  await following;
});
