import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { UnitSettings } from '../../../ops/service/unit-text.ts';
import { plain, quote, unitText } from '../../../ops/service/unit-text.ts';

const settings: UnitSettings = {
  node: '/opt/onair/node_modules/.bin/node',
  project: '/opt/onair',
  home: '/var/lib/onair',
  configFile: '',
  environmentFile: '',
  only: '',
  scope: 'system',
  runAs: '',
  stopTimeoutMs: 15_000,
};
const lines = (changes: Partial<UnitSettings> = {}) => unitText({ ...settings, ...changes }).split('\n');

void t.test('unitText() has everything that keeps a supervisor up', (t) => {
  const found = lines();
  const expected = [
    'Type=notify',
    'NotifyAccess=all',
    'WatchdogSec=30',
    'Restart=always',
    'StartLimitIntervalSec=0',
    'RestartSteps=8',
    'RestartMaxDelaySec=30s',
    'RestartPreventExitStatus=78',
    'OOMPolicy=continue',
    'Delegate=yes',
    'KillMode=mixed',
    'ExecReload=/bin/kill -HUP $MAINPID',
    'LimitCORE=0',
    'WorkingDirectory=/opt/onair',
    'WantedBy=multi-user.target',
    'Environment="NODE_COMPILE_CACHE=/opt/onair/.runtime/cache/node" "MALLOC_ARENA_MAX=2"',
  ];
  for (const line of expected) t.ok(found.includes(line), line);
  const start = found.find((text) => text.startsWith('ExecStart=')) ?? '';
  t.ok(start.startsWith('ExecStart=:"/opt/onair/node_modules/.bin/node" "--'), start);
  t.ok(start.endsWith(' "/opt/onair/supervisor/main.ts" "--home" "/var/lib/onair"'), start);
  const unit = found.indexOf('[Unit]');
  const service = found.indexOf('[Service]');
  t.ok(unit < found.indexOf('StartLimitIntervalSec=0') && found.indexOf('StartLimitIntervalSec=0') < service);
  t.end();
});

void t.test('unitText() allows more time for a stop than the supervisor itself', (t) => {
  for (const stopTimeoutMs of [500, 15_000, 300_000]) {
    const line = lines({ stopTimeoutMs }).find((text) => text.startsWith('TimeoutStopSec=')) ?? '';
    const seconds = Number(/^TimeoutStopSec=(\d+)s$/.exec(line)?.[1]);
    t.ok(seconds * 1_000 >= stopTimeoutMs + 10_000, line);
  }
  t.end();
});

void t.test('unitText() passes options on, and leaves out what was not given', (t) => {
  const found = lines({
    configFile: '/etc/onair.yaml',
    environmentFile: '/etc/onair.env',
    only: 'tts,reply',
    runAs: '1000',
  });
  const start = found.find((text) => text.startsWith('ExecStart=')) ?? '';
  t.ok(start.endsWith(' "--config" "/etc/onair.yaml" "--only" "tts,reply"'), start);
  t.ok(found.includes('EnvironmentFile=/etc/onair.env'));
  t.ok(found.includes('User=1000'));
  const without = lines().filter((text) => /^(User|EnvironmentFile)=/.test(text));
  t.same(without, []);
  t.end();
});

void t.test('unitText() for a person asks for nothing that only the machine may', (t) => {
  const found = lines({ scope: 'user', runAs: '1000' });
  t.same(
    found.filter((text) => /^(User|OOMScoreAdjust|After|Wants)=/.test(text)),
    [],
  );
  t.ok(found.includes('WantedBy=default.target'));
  t.end();
});

void t.test('unitText() writes spaces, quotes, per cent and dollar signs as themselves', (t) => {
  const found = lines({ project: '/srv/live room 100%', home: '/srv/a "b" \\c $HOME%h' });
  const start = found.find((text) => text.startsWith('ExecStart=')) ?? '';
  t.ok(start.includes('"/srv/live room 100%%/supervisor/main.ts"'), start);
  t.ok(start.endsWith(String.raw`"/srv/a \"b\" \\c $HOME%%h"`), start);
  t.ok(start.startsWith('ExecStart=:'), 'no variable is filled in');
  t.ok(found.includes('WorkingDirectory=/srv/live room 100%%'));
  t.end();
});

void t.test('plain() and quote() refuse what would make another line of it', (t) => {
  for (const text of ['', '/a\nExecStart=/bin/evil', '/a\u0000', '/a ', '/a\\'])
    t.throws(() => plain(text), /Cannot write .* into a unit file/, JSON.stringify(text));
  t.throws(() => quote('/a\r'), /Cannot write/);
  t.throws(() => lines({ environmentFile: '/etc/on*.env' }), /environment file/);
  t.end();
});

void t.test('systemd reads the unit as it is meant, where there is one to ask', (t) => {
  const folder = t.testdir({ 'a folder 100%': {} });
  const home = join(folder, 'a folder 100%');
  const file = join(folder, 'onair.service');
  writeFileSync(file, unitText({ ...settings, node: process.execPath, project: folder, home }));
  const { error, stderr } = spawnSync('systemd-analyze', ['verify', file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  // Older ones say which of the keys they do not know yet.
  const complaints = error
    ? []
    : stderr
        .split('\n')
        .filter((line) => line.includes(file) && !/Unknown key.* '?Restart(Steps|MaxDelaySec)'?/.test(line));
  t.same(complaints, []);
  t.end();
});
