import t from 'tap';
import type { SourceType } from '../../../protocol/sources.ts';
import { fuzz, maxGrowthMb } from '../../../ops/fuzz/fuzz.ts';
import { sourceTypes } from '../../../workers/ingest/open-source.ts';

const { signal } = new AbortController();

/** Where each message comes alone, the one after a hurt one stands for those beside it. */
const sortOf: Partial<Record<SourceType, string>> = {
  bilibili: 'packets',
  'barrage-grab': 'hurt',
  'douyin-live': 'hurt',
};

for (const source of sourceTypes.filter((type) => type !== 'recording'))
  void t.test(`20,000 hurt inputs for ${source} throw nothing and cost no sibling`, async (t) => {
    const result = await fuzz({ source, inputs: 20_000, seed: 1, from: 0, signal });
    t.equal(result.failure?.text, undefined);
    t.equal(result.done, 20_000);
    t.ok(result.rssMb.most - result.rssMb.early <= maxGrowthMb, JSON.stringify(result.rssMb));
    t.ok(result.observations > 20_000, 'what is whole beside hurt things, or after them, is read');
    t.ok((result.sorts[sortOf[source] ?? 'siblings'] ?? 0) > 5_000, 'siblings are tried');
  });

void t.test('fuzz() makes the same input again without those before it', async (t) => {
  const options = { source: 'douyin', seed: 3, signal } as const;
  const many = await fuzz({ ...options, inputs: 50, from: 0 });
  let observations = 0;
  for (let from = 0; from < 50; from++)
    observations += (await fuzz({ ...options, inputs: 1, from })).observations;
  t.equal(observations, many.observations);
});

void t.test('fuzz() ends early when somebody says so, whatever the decoder waits for', async (t) => {
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  const inputs = 100_000_000;
  const result = await fuzz({ source: 'oba', inputs, seed: 1, from: 0, signal: stop.signal });
  t.ok(result.done < inputs, `${result.done} inputs`);
});
