import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { Batch, BatchResult } from './seed-batch.ts';

const batchSize = 50;
/** Enough to see what is wrong. */
const maxFailures = 10;

export interface RunBatchesOptions {
  first: number;
  seeds: number;
  onProgress?: (done: number) => void;
}

/** Runs seeds on all cores; ends early once enough of them have failed. */
export async function runBatches({ first, seeds, onProgress }: RunBatchesOptions): Promise<BatchResult> {
  const sum: BatchResult = { seeds: 0, faults: 0, events: 0, ms: 0, failures: [] };
  const threads = Math.min(availableParallelism(), Math.ceil(seeds / batchSize));
  await using pool = new Piscina<Batch, BatchResult>({
    filename: new URL('seed-batch.ts', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    recordTiming: false,
  });
  let next = first;
  const end = first + seeds;
  const work = async () => {
    while (next < end && sum.failures.length < maxFailures) {
      const batch = { first: next, count: Math.min(batchSize, end - next) };
      next += batch.count;
      const result = await pool.run(batch);
      sum.seeds += result.seeds;
      sum.faults += result.faults;
      sum.events += result.events;
      sum.ms += result.ms;
      sum.failures.push(...result.failures);
      onProgress?.(sum.seeds);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  sum.failures.sort((a, b) => a.seed - b.seed);
  return sum;
}
