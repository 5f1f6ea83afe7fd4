import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';

const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};
const before = Object.entries(scripts).filter(([name, text]) => name.startsWith('pre') && /setup/.test(text));

void t.test('each pre script starts set-up with another Node when its own does not start', async (t) => {
  t.ok(before.length > 5);
  const root = t.testdir({ bin: { node: '' }, ops: { 'setup.mjs': '' } });
  const node = join(root, 'bin', 'node');
  const start = (script: string, code: number): { status: number | null; stdout: string } => {
    writeFileSync(node, `#!/bin/sh\necho "first $*"; exit ${code}\n`);
    chmodSync(node, 0o755);
    writeFileSync(join(root, 'ops', 'setup.mjs'), `console.log('second', ...process.argv.slice(2));\n`);
    const path = `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
    return spawnSync('/bin/sh', ['-c', script], {
      cwd: root,
      env: { ...process.env, PATH: path, npm_node_execpath: process.execPath },
      encoding: 'utf8',
      timeout: 60_000,
    });
  };
  for (const [name, script] of before) {
    const args = /setup\.mjs((?: --\w+)*)/.exec(script)?.[1] ?? '';
    const first = `first ops/setup.mjs${args}\n`;
    t.match(start(script, 0), { status: 0, stdout: first }, name);
    t.match(start(script, 1), { status: 1, stdout: first }, `${name}, something is missing`);
    t.match(start(script, 127), { status: 0, stdout: `${first}second${args} --again\n` }, `${name}, no Node`);
    const interrupted = start(script, 130);
    t.not(interrupted.status, 0, `${name}, interrupted`);
    t.equal(interrupted.stdout, first);
  }
});
