import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';

interface Module {
  readonly judgingBy: (version: string, env: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
}

void t.test('judgingBy() makes a Node that is started by it call itself another', async (t) => {
  const folder = join(t.testdir(), 'a "folder" of its own');
  cpSync(fileURLToPath(new URL('../../../ops/setup', import.meta.url)), folder, { recursive: true });
  const { judgingBy } = (await import(pathToFileURL(join(folder, 'npm.mjs')).href)) as Module;
  const env = { PATH: process.env['PATH'], NODE_OPTIONS: '--no-warnings' };
  const said = (command: string): string =>
    execFileSync(process.execPath, ['-p', command], {
      env: judgingBy('77.6.5', env),
      encoding: 'utf8',
      timeout: 60_000,
    }).trim();
  t.equal(said('process.version'), 'v77.6.5');
  t.equal(said('process.versions.node'), process.versions.node, 'what it can do is not another');
  t.match(said('process.env.NODE_OPTIONS'), '--no-warnings');
});
