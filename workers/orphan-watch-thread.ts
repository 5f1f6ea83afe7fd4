/** The thread of `orphan-watch.ts`. */
import { workerData } from 'node:worker_threads';

const { parent } = workerData as { parent: number };
const lookEveryMs = 500;
const graceMs = 1_000;

setInterval(() => {
  if (process.ppid === parent) return;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs);
}, lookEveryMs);
