import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import t from 'tap';
import { ProcFile } from '../../supervisor/proc-file.ts';

const onLinux = { skip: process.platform === 'linux' ? false : 'there is no /proc' };

void t.test('ProcFile reads anew each time, until its process has ended', onLinux, async (t) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  using file = new ProcFile(`/proc/${child.pid}/stat`);
  t.match(file.read(), new RegExp(`^${child.pid} \\(.+\\) [RSD] ${process.pid} `));
  child.kill('SIGSTOP');
  while (!/\) T /.test(file.read())) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.equal(file.read(), '');
});

void t.test(
  'ProcFile is empty where there is none, and holds nothing once it is disposed of',
  onLinux,
  (t) => {
    using none = new ProcFile('/proc/0/stat');
    t.equal(none.read(), '');
    const before = readdirSync('/proc/self/fd').length;
    const file = new ProcFile('/proc/self/statm');
    t.equal(readdirSync('/proc/self/fd').length, before + 1);
    file[Symbol.dispose]();
    file[Symbol.dispose]();
    t.equal(readdirSync('/proc/self/fd').length, before);
    t.equal(file.read(), '');
    t.end();
  },
);
