import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';

const main = resolve(import.meta.dirname, '../../../ops/service/main.ts');

/** Only `print`, which changes nothing: a machine that runs these tests may have a real systemd. */
function service(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, INIT_CWD: folder },
  });
  return { status, stdout, stderr };
}

void t.test('service print shows a unit for a configuration, with its own time to stop', (t) => {
  const folder = t.testdir({
    'my shop.yaml':
      'rooms: [{id: a, source: {type: douyin, webRid: "${env:ROOM}"}}]\nsupervisor: {stopTimeoutMs: 40000}\n',
    'my.env': 'ROOM="123"\n',
  });
  const { status, stdout, stderr } = service(
    folder,
    'print',
    '--config',
    'my shop.yaml',
    '--environment',
    'my.env',
    '--user',
  );
  t.equal(status, 0, stderr);
  t.match(stdout, `"--config" "${join(folder, 'my shop.yaml')}"`);
  t.match(stdout, `EnvironmentFile=${join(folder, 'my.env')}`);
  t.match(stdout, 'TimeoutStopSec=55s');
  t.match(stdout, 'WantedBy=default.target');
  t.end();
});

void t.test('service print refuses a configuration that could not start, with code 78', (t) => {
  const folder = t.testdir();
  writeFileSync(
    join(folder, 'bad.yaml'),
    'rooms: [{id: a, source: {type: douyin, webRid: "${env:NOT_SET_HERE}"}}]\n',
  );
  const { status, stdout, stderr } = service(folder, 'print', '--config', 'bad.yaml');
  t.equal(status, 78);
  t.equal(stdout, '');
  t.match(stderr, 'NOT_SET_HERE');
  t.end();
});

void t.test('service says what it understands', (t) => {
  const help = service(t.testdir(), '--help');
  t.equal(help.status, 0);
  t.match(help.stdout, 'uninstall');
  const wrong = service(t.testdirName, 'begin');
  t.equal(wrong.status, 1);
  t.match(wrong.stderr, 'got "begin"');
  t.end();
});
