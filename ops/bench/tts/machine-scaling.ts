import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { quantile } from '../report.ts';

const rounds = 5;
/** Touches no memory, waits for nobody, allocates nothing. */
const counting = `
  const { parentPort } = require('node:worker_threads');
  const count = () => { let sum = 0; for (let n = 0; n < 4e8; n++) sum = (sum * 31 + n) | 0; return sum; };
  parentPort.on('message', () => parentPort.postMessage(count()));`;

/** How much more two threads do than one on this machine, when they share nothing: what nobody's two threads can do better. */
export async function machineScaling(): Promise<number> {
  const workers = [0, 1].map(() => new Worker(counting, { eval: true }));
  const [first] = workers;
  if (!first) throw new Error('There is no thread');
  try {
    const time = async (threads: Worker[]) => {
      const begun = performance.now();
      const done = threads.map(async (worker) => await once(worker, 'message'));
      for (const worker of threads) worker.postMessage('');
      await Promise.all(done);
      return performance.now() - begun;
    };
    await time(workers);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++)
      ratios.push((2 * (await time([first]))) / (await time(workers)));
    return quantile(ratios, 0.5);
  } finally {
    await Promise.all(workers.map(async (worker) => await worker.terminate()));
  }
}
