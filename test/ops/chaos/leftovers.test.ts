import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { findLeftovers, findMembers } from '../../../ops/chaos/leftovers.ts';

/** A process that starts another, which outlives it when it is not ended with it; both say when they are there. */
const parent = `
const child = require('node:child_process').spawn(process.execPath, ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'],
  { stdio: ['ignore', 'inherit', 'inherit'] });
setInterval(() => child.pid, 1000);
`;

void t.test(
  'findLeftovers() finds what outlives its parent, by its environment, and nobody else',
  async (t) => {
    const entry = `ONAIR_TEST_MARK=${randomUUID()}`;
    const [name = '', value = ''] = entry.split('=');
    const main = spawn(process.execPath, ['-e', parent], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, [name]: value },
    });
    const [text] = (await once(main.stdout, 'data')) as [Buffer];
    const grandchild = Number(text.toString('utf8'));
    let isOver = false;
    t.teardown(() => {
      if (!isOver) process.kill(-(main.pid ?? 0), 'SIGKILL');
    });
    const members = findMembers(entry);
    t.same(
      members.map(({ pid }) => pid).toSorted((a, b) => a - b),
      [main.pid ?? 0, grandchild].toSorted((a, b) => a - b),
    );
    main.kill('SIGKILL');
    await once(main, 'exit');
    t.match(findLeftovers(members, entry), [{ pid: grandchild }]);
    t.match(
      findLeftovers(members, 'ONAIR_TEST_MARK=another'),
      [{ pid: grandchild }],
      'by pid and start time too',
    );
    // The pipe ends with the last process that has it.
    const ended = once(main.stdout, 'close');
    main.stdout.resume();
    process.kill(grandchild, 'SIGKILL');
    await ended;
    isOver = true;
    t.same(findMembers(entry), []);
    t.same(findLeftovers(members, entry), []);
  },
);
