import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import t from 'tap';
import { readProcessFigures } from '../../../ops/chaos/process-figures.ts';
import { sabotageEnvironment } from '../../../ops/chaos/sabotage-environment.ts';
import { giveOrder, isTaken, orderFile, startOrderFile } from '../../../ops/chaos/sabotage-orders.ts';

/** Says "beat" 20 times a second while its loop runs; a thread of it says "tick" on standard output, whatever the loop does. */
const worker = `
import { Worker } from 'node:worker_threads';
process.on('message', () => undefined);
setInterval(() => process.send('beat'), 50);
new Worker('setInterval(() => require("node:fs").writeSync(1, "tick"), 50)', { eval: true });
`;

function open(
  t: Test,
  path = 'workers/tts/main.ts',
  program = worker,
): { orders: string; start: () => ChildProcess } {
  const folder = mkdtempSync(join(tmpdir(), 'onair-saboteur-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'orders'));
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, program);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const orders = join(folder, 'orders');
  const start = () => {
    const child = spawn(process.execPath, [file], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...sabotageEnvironment(orders) },
    });
    t.teardown(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    return child;
  };
  return { orders, start };
}

async function hear(child: ChildProcess, wanted: string): Promise<void> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [unknown];
    if (message === wanted) return;
  }
}

async function ticks(child: ChildProcess, count: number): Promise<void> {
  if (!child.stdout) throw new Error('no pipe');
  for (let tick = 0; tick < count; tick++) await once(child.stdout, 'data');
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

void t.test('the saboteur leaves a worker without orders as it is', async (t) => {
  const { start } = open(t, 'workers/tts/main.ts', 'setTimeout(() => undefined, 200)');
  const [code] = (await once(start(), 'exit')) as [number];
  t.equal(code, 0, 'and does not keep it alive');
});

void t.test('the saboteur blocks a main loop for ever', async (t) => {
  const { orders, start } = open(t);
  const child = start();
  await hear(child, 'beat');
  const file = orderFile(orders, child.pid ?? 0);
  giveOrder(file, { kind: 'block' });
  await until(() => isTaken(file));
  let beats = 0;
  child.on('message', () => (beats += 1));
  // What the loop had said before is on its way.
  await ticks(child, 5);
  const heard = beats;
  await ticks(child, 5);
  t.equal(beats, heard);
});

void t.test('the saboteur leaks memory that is really taken', async (t) => {
  const { orders, start } = open(t);
  const child = start();
  await hear(child, 'beat');
  const before = readProcessFigures(child.pid ?? 0)?.rssMb ?? 0;
  giveOrder(orderFile(orders, child.pid ?? 0), { kind: 'leak', mb: 256 });
  await until(() => (readProcessFigures(child.pid ?? 0)?.rssMb ?? 0) - before > 200);
  await hear(child, 'beat');
  t.same([child.exitCode, child.signalCode], [null, null], 'and its loop still runs');
});

void t.test('the saboteur keeps a worker busy while its loop runs', async (t) => {
  const { orders, start } = open(t);
  const child = start();
  await hear(child, 'beat');
  const cpu = () => readProcessFigures(child.pid ?? 0)?.cpuMs ?? 0;
  const before = cpu();
  giveOrder(orderFile(orders, child.pid ?? 0), { kind: 'spin', forMs: 60_000 });
  await until(() => cpu() - before > 700);
  for (let beat = 0; beat < 3; beat++) await hear(child, 'beat');
  t.same([child.exitCode, child.signalCode], [null, null], 'it beats between the slices');
});

void t.test('the saboteur ends each new process of a role for as long as it is told', async (t) => {
  const { orders, start } = open(t);
  giveOrder(startOrderFile(orders, 'tts'), { kind: 'exit', untilMs: Date.now() + 60_000 });
  const [code] = (await once(start(), 'exit')) as [number];
  t.equal(code, 1);
  giveOrder(startOrderFile(orders, 'tts'), { kind: 'exit', untilMs: Date.now() });
  giveOrder(startOrderFile(orders, 'reply'), { kind: 'exit', untilMs: Date.now() + 60_000 });
  await hear(start(), 'beat');
});

void t.test('the saboteur lets a new process hang, until it is left alone', async (t) => {
  const { orders, start } = open(t);
  giveOrder(startOrderFile(orders, 'tts'), { kind: 'hang', untilMs: Date.now() + 60_000 });
  const child = start();
  child.on('message', (message) => t.fail(`it said ${JSON.stringify(message)}`));
  // A later one that is left alone is where this one would be.
  const other = open(t).start();
  for (let beat = 0; beat < 5; beat++) await hear(other, 'beat');
  t.equal(child.exitCode, null);
  child.disconnect();
  await once(child, 'exit');
});

void t.test('the saboteur does nothing in a program that is no worker', async (t) => {
  const { orders, start } = open(t, 'workers/tts/engines/other.ts');
  giveOrder(startOrderFile(orders, 'tts'), { kind: 'exit', untilMs: Date.now() + 60_000 });
  const child = start();
  await hear(child, 'beat');
  const file = orderFile(orders, child.pid ?? 0);
  giveOrder(file, { kind: 'block' });
  for (let beat = 0; beat < 4; beat++) await hear(child, 'beat');
  t.notOk(isTaken(file));
});
