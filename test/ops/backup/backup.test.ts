import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { run, runJson } from './run-command.ts';
import { fill } from './stored-home.ts';

void t.test('an archive holds no key', async (t) => {
  const home = join(t.testdir(), 'home');
  await fill(home, { from: 1, count: 1 });
  writeFileSync(join(home, 'run', 'operator.nk'), 'SUAsecret');
  const { file } = await runJson<{ file: string }>('backup', '--home', home);
  const text = gunzipSync(readFileSync(file)).toString();
  t.notMatch(text, /SUA|"S[UAO][A-Z2-7]{56}"/);
  t.notMatch(text, /"stream":"AUDIO"/);
});

void t.test('backup and restore say what they need', async (t) => {
  const folder = t.testdir();
  t.match(await run('backup', '--home', join(folder, 'none')), {
    code: 1,
    stderr: /There is nothing to back up/,
  });
  t.notOk(existsSync(join(folder, 'none')));
  t.match(await run('backup', '--keep-days', '0'), { code: 1, stderr: /--keep-days must be/ });
  t.match(await run('backup', 'a', '--to', 'b'), { code: 1, stderr: /more than one archive/ });
  t.match(await run('restore'), { code: 1, stderr: /give one FILE/ });
  t.match(await run('restore', join(folder, 'none.gz')), { code: 1, stderr: /there is no such file/ });
  for (const name of ['backup', 'restore'] as const)
    t.match(await run(name, '--help'), { code: 0, stdout: new RegExp(`npm run ${name}`) });
});
