import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { install, systemctlFor, uninstall, unitFolder, whyNoSystemd } from '../../../ops/service/systemd.ts';

function fakeSystemd(t: Test, { failsAt = '', scope = 'user' as 'user' | 'system' } = {}) {
  const calls: string[] = [];
  const said: string[] = [];
  const file = join(t.testdir(), 'systemd', 'user', 'onair.service');
  const systemd = {
    scope,
    file,
    name: 'onair.service',
    systemctl: async (...args: string[]) => {
      calls.push(args.join(' '));
      return args[0] === failsAt ? 4 : 0;
    },
    say: (line: string) => said.push(line),
  };
  return { systemd, calls, said, file };
}

void t.test('install() writes the unit, and has it started now and with the machine', async (t) => {
  const { systemd, calls, said, file } = fakeSystemd(t);
  t.equal(await install(systemd, '[Unit]\n', true), 0);
  t.equal(readFileSync(file, 'utf8'), '[Unit]\n');
  t.equal(statSync(file).mode & 0o777, 0o644);
  t.notOk(existsSync(`${file}.new`));
  t.same(calls, ['daemon-reload', 'enable onair.service', 'restart onair.service']);
  t.match(said.join('\n'), /is on air.*\n.*enable-linger/);
});

void t.test(
  'install() starts nothing when told so, and writes a changed unit over the old one',
  async (t) => {
    const { systemd, calls, said, file } = fakeSystemd(t, { scope: 'system' });
    t.equal(await install(systemd, 'old\n', false), 0);
    t.equal(await install(systemd, 'new\n', false), 0);
    t.equal(await install(systemd, 'new\n', false), 0);
    t.equal(readFileSync(file, 'utf8'), 'new\n');
    t.same(
      calls.filter((call) => call.startsWith('restart')),
      [],
    );
    t.ok(said.includes(`${file} is already so`));
    t.notMatch(said.join('\n'), /linger/);
  },
);

void t.test('install() says at which step systemd refused', async (t) => {
  const { systemd, said } = fakeSystemd(t, { failsAt: 'restart' });
  t.equal(await install(systemd, '[Unit]\n', true), 1);
  t.match(
    said.at(-1),
    /^systemctl restart onair.service ended with code 4; "journalctl --user -u onair.service"/,
  );
});

void t.test('uninstall() stops the service and takes its unit away, twice without complaint', async (t) => {
  const { systemd, calls, said, file } = fakeSystemd(t);
  await install(systemd, '[Unit]\n', false);
  calls.length = 0;
  t.equal(await uninstall(systemd), 0);
  t.notOk(existsSync(file));
  t.same(calls, ['disable --now onair.service', 'daemon-reload']);
  t.equal(await uninstall(systemd), 0);
  t.match(said.at(-1), /nothing to take away/);
});

void t.test('uninstall() leaves the unit where systemd will not let go of it', async (t) => {
  const { systemd, file } = fakeSystemd(t, { failsAt: 'disable' });
  await install(systemd, '[Unit]\n', false);
  t.equal(await uninstall(systemd), 1);
  t.ok(existsSync(file));
});

void t.test('whyNoSystemd() tells the machine without it from the person who is not logged in', (t) => {
  const booted = t.testdir();
  const session = { XDG_RUNTIME_DIR: '/run/user/1000' };
  if (process.platform === 'linux') {
    t.equal(whyNoSystemd('system', {}, booted), '');
    t.equal(whyNoSystemd('user', session, booted), '');
    t.match(whyNoSystemd('user', {}, booted), /XDG_RUNTIME_DIR/);
    t.match(whyNoSystemd('system', {}, join(booted, 'no')), /systemd does not run this machine/);
  } else t.match(whyNoSystemd('system', {}, booted), /part of Linux/);
  t.end();
});

void t.test('unitFolder() is the machine’s, or the person’s own', (t) => {
  t.equal(unitFolder('system', { XDG_CONFIG_HOME: '/c' }), '/etc/systemd/system');
  t.equal(unitFolder('user', { XDG_CONFIG_HOME: '/c' }), join('/c', 'systemd', 'user'));
  t.equal(unitFolder('user', {}), join(homedir(), '.config', 'systemd', 'user'));
  t.end();
});

void t.test('systemctlFor() passes the scope and the exit code on', async (t) => {
  const folder = t.testdir();
  const program = join(folder, 'systemctl');
  writeFileSync(program, '#!/bin/sh\necho "$*" >> "$0.calls"\nexit 3\n');
  chmodSync(program, 0o755);
  t.equal(await systemctlFor('user', program)('status', 'onair.service'), 3);
  t.equal(await systemctlFor('system', program)('daemon-reload'), 3);
  t.same(readFileSync(`${program}.calls`, 'utf8').trim().split('\n'), [
    '--user --no-pager status onair.service',
    '--no-pager daemon-reload',
  ]);
  await t.rejects(systemctlFor('user', join(folder, 'none'))('status'), /Cannot run/);
});
