/**
 * Is loaded ahead of every program of a show (`NODE_OPTIONS=--import`), and makes a worker do to itself what cannot be done to it
 * from outside, when a file says so. In the main thread of a worker it looks for its order now and then; anywhere else it does
 * nothing. It never keeps a process alive that has no order to hang.
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Order, StartOrder } from './sabotage-orders.ts';
import { orderFile, ordersVariable, startOrderFile } from './sabotage-orders.ts';

const lookEveryMs = 50;
const leakStepMb = 64;
const sliceMs = 100;

const role = /[\\/]workers[\\/]([\w-]+)[\\/]main\.ts$/.exec(process.argv[1] ?? '')?.[1];
const folder = process.env[ordersVariable] ?? '';

if (isMainThread && role !== undefined && folder !== '') {
  await begin(startOrderFile(folder, role));
  awaitOrder(orderFile(folder, process.pid));
}

async function begin(file: string): Promise<void> {
  if (!exists(file)) return;
  const order = JSON.parse(readFileSync(file, 'utf8')) as StartOrder;
  if (Date.now() >= order.untilMs) return;
  if (order.kind === 'exit') process.exit(1);
  // The listener keeps the process, and ends it with its supervisor.
  process.once('disconnect', () => process.exit(1));
  await new Promise(() => undefined);
}

function awaitOrder(file: string): void {
  const timer = setInterval(() => {
    if (!exists(file)) return;
    const order = JSON.parse(readFileSync(file, 'utf8')) as Order;
    rmSync(file);
    obey(order);
  }, lookEveryMs);
  timer.unref();
}

function obey(order: Order): void {
  switch (order.kind) {
    case 'block':
      // Blocked like by an endless loop, but the others keep their processor.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return;
    case 'leak':
      return leak(order.mb, []);
    case 'spin':
      return spin(performance.now() + order.forMs);
  }
}

function leak(mb: number, kept: Buffer[]): void {
  if (mb <= 0) {
    // What is held by a timer is never collected.
    setInterval(() => kept.length, 60_000).unref();
    return;
  }
  kept.push(Buffer.alloc(leakStepMb * 1_000_000, 1));
  setImmediate(() => leak(mb - leakStepMb, kept));
}

function spin(until: number): void {
  const end = performance.now() + sliceMs;
  while (performance.now() < end);
  if (end < until) setImmediate(() => spin(until));
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
