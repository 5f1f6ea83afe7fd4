import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const script = fileURLToPath(new URL('../../.ci/run', import.meta.url));

/** How `npm run check` and `npm test` end, as shell code, and what has to come out. */
const table: readonly { name: string; check: string; test: string; last: string; code: number }[] = [
  {
    name: 'all is well',
    check: 'exit 0',
    test: 'echo "# { total: 12, pass: 12 }"; exit 0',
    last: '12 passed, 0 failed',
    code: 0,
  },
  {
    name: 'an assertion failed',
    check: 'exit 0',
    test: 'echo "# { total: 12, pass: 11, fail: 1 }"; exit 1',
    last: '11 passed, 1 failed',
    code: 1,
  },
  {
    name: 'the check failed',
    check: 'exit 2',
    test: 'echo "# { total: 12, pass: 12 }"; exit 0',
    last: '12 passed, 1 failed',
    code: 1,
  },
  {
    name: 'both failed',
    check: 'exit 1',
    test: 'echo "# { total: 4, pass: 2, fail: 2 }"; exit 1',
    last: '2 passed, 3 failed',
    code: 1,
  },
  {
    name: 'the runner failed, no assertion did',
    check: 'exit 0',
    test: 'echo "# { total: 3, pass: 3 }"; exit 7',
    last: '3 passed, 1 failed',
    code: 1,
  },
  {
    name: 'no test ran',
    check: 'exit 0',
    test: 'echo "1..0 # no tests found"; exit 0',
    last: '0 passed, 1 failed',
    code: 1,
  },
  {
    name: 'only skipped tests',
    check: 'exit 0',
    test: 'echo "# { total: 2, skip: 1, todo: 1 }"; exit 0',
    last: '0 passed, 1 failed',
    code: 1,
  },
  { name: 'the runner died', check: 'exit 0', test: 'kill -9 $$', last: '0 passed, 1 failed', code: 1 },
  {
    name: 'a test prints what looks like a summary',
    check: 'exit 0',
    test: 'echo "    # { total: 99, pass: 99 }"; echo "# { total: 5, pass: 4, fail: 1 }"; echo "# time=1ms"; exit 1',
    last: '4 passed, 1 failed',
    code: 1,
  },
  {
    name: 'a command reads stdin',
    check: 'read -r line; exit 0',
    test: 'cat; echo "# { total: 1, pass: 1 }"',
    last: '1 passed, 0 failed',
    code: 0,
  },
];

void t.test('.ci/run tells the real result in its last line and its exit code', async (t) => {
  const root = t.testdir();
  mkdirSync(join(root, '.ci'));
  mkdirSync(join(root, 'bin'));
  cpSync(script, join(root, '.ci', 'run'));
  const npm = join(root, 'bin', 'npm');
  const env = { ...process.env, PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter) };
  for (const { name, check, test, last, code } of table) {
    writeFileSync(
      npm,
      `#!/bin/bash\n[ "$CI" = true ] || exit 99\nif [ "$*" = "run check" ]; then ${check}; fi\n${test}\n`,
    );
    chmodSync(npm, 0o755);
    const child = spawn(join(root, '.ci', 'run'), { cwd: '/', env, stdio: ['pipe', 'pipe', 'inherit'] });
    const [stdout, [ended]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    t.equal(stdout.trimEnd().split('\n').at(-1), last, name);
    t.equal(ended, code, name);
  }
});
