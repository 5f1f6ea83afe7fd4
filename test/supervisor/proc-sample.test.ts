import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pidusage from 'pidusage';
import t from 'tap';
import { ProcSampler } from '../../supervisor/proc-sample.ts';

void t.test('sample() sees who works and who does not, and what a library sees as well', async (t) => {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  const idle = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  t.teardown(() => [busy, idle].map((child) => child.kill('SIGKILL')));
  const pids = [busy.pid ?? 0, idle.pid ?? 0];
  const sampler = new ProcSampler();
  const first = sampler.sample(pids, performance.now());
  t.same(
    [...first.values()].map(({ cpuPct }) => cpuPct),
    [0, 0],
    'once is no rate',
  );
  let [working, resting] = [0, 0];
  // On a machine with other work it takes a while until one gets much of a core, and the other has begun.
  while (!(working > 20 && resting < working / 2)) {
    await sleep(500);
    const seen = sampler.sample(pids, performance.now());
    [working = 0, resting = 0] = pids.map((pid) => seen.get(pid)?.cpuPct);
  }
  t.ok(working <= 110, `${working} % of a core`);
  const seen = sampler.sample(pids, performance.now());
  for (const pid of pids) {
    const { memory } = await pidusage(pid);
    const rssMb = seen.get(pid)?.rssMb ?? 0;
    t.ok(Math.abs(rssMb - memory / 1e6) < 0.2 * rssMb, `${rssMb} MB, and ${memory} bytes`);
  }
  pidusage.clear();
  busy.kill('SIGKILL');
  await once(busy, 'exit');
  t.same([...sampler.sample(pids, performance.now()).keys()], [idle.pid]);
});

void t.test('sample() takes another process of the same number for another one', (t) => {
  const sampler = new ProcSampler();
  const pid = process.pid;
  sampler.sample([pid], 0);
  const until = performance.now() + 50;
  while (performance.now() < until);
  // Forgotten with the look that did not ask for it.
  sampler.sample([], 50);
  t.equal(sampler.sample([pid], 100).get(pid)?.cpuPct, 0);
  t.equal(sampler.sample([pid, 2 ** 22 + 1], 100).size, 1, 'and none where there is none');
  t.end();
});

void t.test('sample() holds no file of a process that it is not asked for any more', (t) => {
  const sampler = new ProcSampler();
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  sampler.sample([process.pid, process.ppid], 0);
  sampler.sample([process.pid, process.ppid], 10);
  t.equal(open(), before + 4);
  sampler.sample([process.pid, 2 ** 22 + 1], 20);
  t.equal(open(), before + 2);
  sampler.sample([], 30);
  t.equal(open(), before);
  t.end();
});
