import t from 'tap';
import { fuzz, maxGrowthMb } from '../../../ops/fuzz/fuzz.ts';
import { sourceTypes } from '../../../workers/ingest/open-source.ts';

const { signal } = new AbortController();

for (const source of sourceTypes.filter((type) => type !== 'recording'))
  void t.test(`20,000 hurt inputs for ${source} throw nothing and cost no sibling`, async (t) => {
    const result = await fuzz({ source, inputs: 20_000, seed: 1, from: 0, signal });
    t.equal(result.failure?.text, undefined);
    t.equal(result.done, 20_000);
    t.ok(result.rssMb.most - result.rssMb.early <= maxGrowthMb, JSON.stringify(result.rssMb));
    if (source === 'bilibili') t.ok(result.observations > 10_000, 'whole packets beside hurt ones are read');
    if (source !== 'douyin') return;
    t.ok((result.sorts['siblings'] ?? 0) > 5_000, 'siblings are tried');
    t.ok(result.observations > 20_000, 'and much is still read');
  });

void t.test('fuzz() makes the same input again without those before it', async (t) => {
  const options = { source: 'douyin', seed: 3, signal } as const;
  const many = await fuzz({ ...options, inputs: 50, from: 0 });
  let observations = 0;
  for (let from = 0; from < 50; from++)
    observations += (await fuzz({ ...options, inputs: 1, from })).observations;
  t.equal(observations, many.observations);
});
