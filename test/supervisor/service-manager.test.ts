import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { openServiceManager, readWatchdogMs } from '../../supervisor/service-manager.ts';

const note = `{ printf '%s|' "$NOTIFY_SOCKET" "$@"; echo; } >> "$0.calls"`;

/** Stands for `systemd-notify`: writes down what it was told, then does what the test wants. */
function fakeProgram(t: Test, then = '') {
  const folder = t.testdir();
  const program = join(folder, 'notify');
  const file = `${program}.calls`;
  writeFileSync(file, '');
  writeFileSync(program, `#!/bin/sh\n${note}\n${then}\n`);
  chmodSync(program, 0o755);
  const calls = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('|').slice(0, -1));
  return { folder, program, calls, env: { PATH: process.env['PATH'], NOTIFY_SOCKET: '/run/x y' } };
}

const fail = (text: string) => {
  throw new Error(text);
};
const us = `--pid=${process.pid}`;

void t.test('openServiceManager() does nothing, and starts nothing, where nobody listens', async (t) => {
  const { program, calls } = fakeProgram(t);
  await using manager = openServiceManager({ WATCHDOG_USEC: '1000' }, { onProblem: fail, program });
  manager.ready('on air');
  manager.reloading();
  manager.reloaded();
  manager.status('x');
  manager.watchdog();
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  t.equal(manager.listening, false);
  t.equal(manager.watchdogMs, 0);
  t.same(calls(), []);
});

void t.test(
  'openServiceManager() takes its variables out of the environment that children get',
  async (t) => {
    const { program, env } = fakeProgram(t);
    const given: Record<string, string | undefined> = {
      ...env,
      WATCHDOG_USEC: '30000000',
      WATCHDOG_PID: String(process.pid),
    };
    const manager = openServiceManager(given, { onProblem: fail, program });
    t.same(Object.keys(given), ['PATH']);
    t.equal(manager.watchdogMs, 15_000);
    t.equal(manager.listening, true);
  },
);

void t.test('openServiceManager() leaves a watchdog alone that waits for another process', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const others = { ...env, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' };
  const manager = openServiceManager(others, { onProblem: fail, program });
  manager.watchdog(0);
  manager.watchdog(1e9);
  await manager[Symbol.asyncDispose]();
  t.equal(manager.watchdogMs, 0);
  t.same(calls(), []);
});

void t.test('ready(), reloading() and stopping() each tell at once, with the latest status', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const manager = openServiceManager(env, { onProblem: fail, program });
  manager.status('starting');
  manager.ready('on air:\n 8 children');
  await manager[Symbol.asyncDispose]();
  manager.reloading();
  await manager[Symbol.asyncDispose]();
  manager.reloaded();
  await manager[Symbol.asyncDispose]();
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  t.same(calls(), [
    ['/run/x y', us, 'STATUS=on air: 8 children', 'READY=1'],
    ['/run/x y', us, 'RELOADING=1'],
    ['/run/x y', us, 'READY=1'],
    ['/run/x y', us, 'STOPPING=1'],
  ]);
});

void t.test('a reload during the start or the end does not tell that all is up', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const manager = openServiceManager(env, { onProblem: fail, program });
  const turn = async (act: () => void) => {
    act();
    await manager[Symbol.asyncDispose]();
  };
  await turn(() => manager.reloading());
  await turn(() => manager.reloaded());
  t.same(calls(), []);
  await turn(() => manager.ready(''));
  await turn(() => manager.reloading());
  await turn(() => manager.stopping());
  await turn(() => manager.reloaded());
  t.same(
    calls().map((call) => call.slice(2)),
    [['READY=1'], ['RELOADING=1'], ['STOPPING=1']],
  );
});

void t.test('a second word while the first is on its way goes out once the first has arrived', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const manager = openServiceManager(env, { onProblem: fail, program });
  manager.ready('on air');
  manager.reloading();
  manager.status('a');
  manager.status('b');
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  t.same(
    calls().map((call) => call.slice(2)),
    [
      ['STATUS=on air', 'READY=1'],
      ['STATUS=b', 'STOPPING=1'],
    ],
  );
});

void t.test('watchdog() tells once in half the allowed time, however often it is called', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const watched = { ...env, WATCHDOG_USEC: '30000000' };
  const manager = openServiceManager(watched, { onProblem: fail, program });
  manager.ready('on air');
  await manager[Symbol.asyncDispose]();
  for (let now = 0; now < 60_000; now += 50) {
    manager.watchdog(now);
    await manager[Symbol.asyncDispose]();
  }
  t.same(
    calls()
      .slice(1)
      .map((call) => call.slice(2)),
    [['WATCHDOG=1'], ['WATCHDOG=1'], ['WATCHDOG=1'], ['WATCHDOG=1']],
  );
});

void t.test('watchdog() asks for more time until ready() and after stopping()', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const watched = { ...env, WATCHDOG_USEC: '30000000' };
  const manager = openServiceManager(watched, { onProblem: fail, program });
  const turn = async (act: () => void) => {
    act();
    await manager[Symbol.asyncDispose]();
  };
  await turn(() => manager.watchdog(0));
  await turn(() => manager.ready(''));
  await turn(() => manager.watchdog(20_000));
  await turn(() => manager.stopping());
  await turn(() => manager.watchdog(40_000));
  t.same(
    calls().map((call) => call.slice(2)),
    [
      ['WATCHDOG=1', 'EXTEND_TIMEOUT_USEC=60000000'],
      ['READY=1'],
      ['WATCHDOG=1'],
      ['STOPPING=1'],
      ['WATCHDOG=1', 'EXTEND_TIMEOUT_USEC=60000000'],
    ],
  );
});

void t.test('status() waits for a turn of the loop, and many of one moment are one process', async (t) => {
  const { program, env, calls } = fakeProgram(t);
  const manager = openServiceManager(env, { onProblem: fail, program });
  const turn = async (now: number) => {
    manager.watchdog(now);
    await manager[Symbol.asyncDispose]();
  };
  manager.status('one');
  manager.status('two');
  await turn(0);
  manager.status('three');
  manager.status('four');
  await turn(50);
  await turn(1_900);
  t.equal(calls().length, 1, 'too soon for another');
  await turn(2_100);
  manager.status('four');
  await turn(9_000);
  t.same(
    calls().map((call) => call.slice(2)),
    [['STATUS=two'], ['STATUS=four']],
  );
});

void t.test('a failure is said once, never thrown, and told again soon', async (t) => {
  const { program, env, calls, folder } = fakeProgram(
    t,
    'test -e "$0.works" || { echo no socket >&2; exit 1; }',
  );
  const problems: string[] = [];
  const watched = { ...env, WATCHDOG_USEC: '30000000' };
  const manager = openServiceManager(watched, { onProblem: (text) => problems.push(text), program });
  const turn = async (now: number) => {
    manager.watchdog(now);
    await manager[Symbol.asyncDispose]();
  };
  manager.ready('on air');
  await manager[Symbol.asyncDispose]();
  await turn(0);
  await turn(500);
  await turn(1_100);
  t.same(problems, [`Cannot tell the service manager: ${program}: no socket`]);
  writeFileSync(join(folder, 'notify.works'), '');
  await turn(2_200);
  await turn(3_300);
  t.same(
    calls().map((call) => call.slice(2).sort()),
    [
      ['READY=1', 'STATUS=on air'],
      ['READY=1', 'STATUS=on air', 'WATCHDOG=1'],
      ['READY=1', 'STATUS=on air', 'WATCHDOG=1'],
      ['READY=1', 'STATUS=on air', 'WATCHDOG=1'],
    ],
  );
});

void t.test('a lost word is not told again once another has taken its place', async (t) => {
  const { program, env, calls } = fakeProgram(t, 'exit 1');
  const manager = openServiceManager(env, { onProblem: () => undefined, program });
  manager.ready('on air');
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  t.same(
    calls().map((call) => call.slice(2)),
    [
      ['STATUS=on air', 'READY=1'],
      ['STATUS=on air', 'STOPPING=1'],
    ],
  );
});

void t.test('a call that hangs ends at its deadline', async (t) => {
  const { program, env, calls } = fakeProgram(t, 'exec sleep 1000');
  const problems: string[] = [];
  const manager = openServiceManager(env, {
    onProblem: (text) => problems.push(text),
    program,
    deadlineMs: 300,
  });
  manager.ready('on air');
  await manager[Symbol.asyncDispose]();
  t.same(problems, [`Cannot tell the service manager: ${program}: no answer within 300 ms`]);
  t.ok(calls().length <= 1);
});

void t.test('a machine without the program is a problem to say, not to throw', async (t) => {
  const problems: string[] = [];
  const manager = openServiceManager(
    { PATH: t.testdir(), NOTIFY_SOCKET: '/run/x' },
    { onProblem: (text) => problems.push(text) },
  );
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  t.match(problems, [/^Cannot tell the service manager: systemd-notify: .*ENOENT/]);
});

void t.test('readWatchdogMs() halves microseconds, and takes nonsense for none', (t) => {
  const table = { '30000000': 15_000, '1': 1, '': 0, '0': 0, '-5': 0, abc: 0, '1e9': 0 };
  for (const [text, ms] of Object.entries(table)) t.equal(readWatchdogMs(text), ms, text);
  t.end();
});
