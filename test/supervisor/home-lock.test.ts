import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { lockHome, sweepLeftovers } from '../../supervisor/home-lock.ts';
import { readProcess } from '../../supervisor/process-table.ts';

const contender = join(import.meta.dirname, 'fixtures', 'takes-home.ts');
const rounds = 150;
const contenders = 4;

async function answerOf(process: ChildProcess): Promise<string> {
  const [answer] = (await once(process, 'message')) as [string];
  return answer;
}

const ask = async (process: ChildProcess, order: unknown): Promise<string> => {
  const answer = answerOf(process);
  process.send(order as object);
  return await answer;
};

/** The file that names who may remove a dead owner's lock. */
function claimTo(lock: string, owner: string): string {
  return `${lock}.after-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`;
}

void t.test('lockHome() gives a home whose owner died to exactly one of many at once', async (t) => {
  const home = t.testdir({ run: {} });
  const lock = join(home, 'run', 'supervisor.lock');
  const processes = Array.from({ length: contenders }, () => fork(contender));
  t.teardown(() => {
    for (const process of processes) process.kill('SIGKILL');
  });
  t.same(await Promise.all(processes.map(answerOf)), Array(contenders).fill('ready'));
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round++) {
    // Each time somebody else has died; sometimes its heir too, just when it took over; sometimes there is no lock.
    const dead = `${4_194_305 + round} 7`;
    if (round % 5 > 0) writeFileSync(lock, dead);
    if (round % 5 > 2) writeFileSync(claimTo(lock, dead), '4194304 7');
    const at = Date.now() + 5;
    const answers = await Promise.all(processes.map((process) => ask(process, { home, at })));
    const owners = processes.filter((_, index) => answers[index] === 'owner');
    const [owner] = owners;
    const refused = answers.filter((answer) => answer.includes(`(pid ${owner?.pid ?? 0}) is running there`));
    if (owners.length !== 1 || refused.length !== contenders - 1)
      wrong.push(`round ${round}: ${answers.join(' | ')}`);
    if (!readFileSync(lock, 'utf8').startsWith(`${owner?.pid} `)) wrong.push(`round ${round}: of another`);
    await Promise.all(processes.map((process) => ask(process, 'release')));
  }
  t.same(wrong, []);
  t.same(readdirSync(join(home, 'run')), [], 'nothing is left of all that');
});

void t.test('lockHome() takes over from one that died while it took over', (t) => {
  const home = t.testdir({ run: {} });
  const run = join(home, 'run');
  const lock = join(run, 'supervisor.lock');
  writeFileSync(lock, '4194305 7');
  // What it leaves is the claim to the removal, in which it is named.
  writeFileSync(claimTo(lock, '4194305 7'), '4194306 7');
  {
    using _lock = lockHome(home);
    t.match(readFileSync(lock, 'utf8'), new RegExp(`^${process.pid} `));
    t.same(readdirSync(run), ['supervisor.lock']);
  }
  t.same(readdirSync(run), []);
  t.end();
});

void t.test('lockHome() takes a lock that names nobody, as a power failure leaves it', (t) => {
  const home = t.testdir({ run: { 'supervisor.lock': '' } });
  using lock = lockHome(home);
  t.match(readFileSync(join(home, 'run', 'supervisor.lock'), 'utf8'), new RegExp(`^${process.pid} `));
  t.throws(() => lockHome(home), { message: new RegExp(`\\(pid ${process.pid}\\) is running there`) });
  lock[Symbol.dispose]();
  writeFileSync(join(home, 'run', 'supervisor.lock'), '4194305 7');
  lock[Symbol.dispose]();
  t.ok(existsSync(join(home, 'run', 'supervisor.lock')), 'what somebody else has by now is left alone');
  t.end();
});

void t.test('lockHome() says how to name another home where it cannot write', (t) => {
  const home = t.testdir({ file: '' });
  t.throws(() => lockHome(join(home, 'file')), { message: /name another with --home$/ });
  t.end();
});

void t.test('lockHome() makes its lock anew when somebody removes it, even with its folder', async (t) => {
  const home = t.testdir();
  const lock = join(home, 'run', 'supervisor.lock');
  {
    using _lock = lockHome(home);
    rmSync(join(home, 'run'), { recursive: true });
    while (!existsSync(lock)) await sleep(10);
    t.match(readFileSync(lock, 'utf8'), new RegExp(`^${process.pid} `));
  }
  t.notOk(existsSync(lock));
});

void t.test('lockHome() does not take the home of a supervisor whose lock was removed', (t) => {
  const home = t.testdir({ run: {} });
  const lock = join(home, 'run', 'supervisor.lock');
  const parent = { pid: process.ppid, startTime: readProcess(process.ppid)?.startTime ?? '' };
  const write = (state: object) =>
    writeFileSync(
      join(home, 'run', 'supervisor.json'),
      JSON.stringify({ nats: { pid: 0 }, children: [], ...state }),
    );
  write({ ...parent, state: 'on-air' });
  t.throws(() => lockHome(home), { message: new RegExp(`\\(pid ${process.ppid}\\) is running there`) });
  t.notOk(existsSync(lock), 'and leaves no lock of its own');
  const free = [
    { ...parent, state: 'stopped' },
    { ...parent, state: 'on-air', startTime: '1' },
    { pid: process.ppid, state: 'on-air' },
  ];
  for (const state of free) {
    write(state);
    t.doesNotThrow(() => lockHome(home)[Symbol.dispose](), JSON.stringify(state));
  }
  t.end();
});

void t.test('sweepLeftovers() does not stumble over a state file that is not whole', async (t) => {
  const states = [
    '',
    '{',
    'null',
    '[]',
    '{"pid":1,"children":[]}',
    '{"pid":1,"nats":{"pid":0},"children":[null]}',
  ];
  for (const text of states) {
    const home = t.testdir({ run: { 'supervisor.json': text } });
    t.same(await sweepLeftovers(home), [], text);
  }
});

void t.test('sweepLeftovers() ends children of a killed supervisor, and names them', async (t) => {
  const home = t.testdir({ run: {} });
  t.same(await sweepLeftovers(home), [], 'there never was one');
  const child = fork(contender, ['tts.2'], { detached: true });
  t.equal(await answerOf(child), 'ready');
  const stranger = fork(contender, ['reply']);
  t.teardown(() => stranger.kill('SIGKILL'));
  t.equal(await answerOf(stranger), 'ready');
  const state = {
    pid: 4_194_305,
    state: 'on-air',
    nats: { pid: 0 },
    children: [
      { id: 'tts.2', pid: child.pid, startTime: '' },
      { id: 'reply', pid: stranger.pid, startTime: '1' },
      { id: 'ingest', pid: stranger.pid, startTime: '' },
    ],
  };
  writeFileSync(join(home, 'run', 'supervisor.json'), JSON.stringify(state));
  const ended = once(child, 'exit');
  t.same(await sweepLeftovers(home), [`tts.2 (pid ${child.pid})`]);
  t.match(await ended, [null, 'SIGKILL']);
  t.equal(stranger.exitCode ?? stranger.signalCode, null, 'it only has the pid of one that is gone');
});
