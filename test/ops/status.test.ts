import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { ChildState, SupervisorState } from '../../protocol/ipc.ts';
import { readProcess } from '../../supervisor/process-table.ts';
import { stateFile } from '../../supervisor/state-file.ts';

const project = resolve(import.meta.dirname, '../..');
const now = Date.now();

const child = (given: Partial<ChildState>): ChildState => ({
  id: 'tts',
  service: 'tts',
  role: 'tts',
  pid: 4_242,
  startTime: '1',
  since: now - 30_000,
  state: 'running',
  spare: false,
  lease: 'tts/1',
  epoch: 3,
  generation: 5,
  edition: 1,
  restarts: 4,
  rssMb: 87.4,
  cpuPct: 12.34,
  lastReason: 'ended by SIGKILL',
  address: '',
  counters: {},
  ...given,
});

const running: SupervisorState = {
  // Of a process that is there.
  pid: process.pid,
  startTime: '',
  startedAt: new Date(now - 10_000_000).toISOString(),
  runId: 'r',
  state: 'on-air',
  configFile: '',
  nats: { url: 'nats://127.0.0.1:4222', monitorUrl: '', pid: 77, restarts: 2 },
  console: null,
  children: [
    child({}),
    child({
      id: 'tts.2',
      state: 'initialised',
      spare: true,
      lease: '',
      epoch: 0,
      lastReason: '',
      restarts: 0,
    }),
    child({ id: 'reply', service: 'reply', role: 'reply', state: 'backoff', lease: '', pid: 0 }),
  ],
  services: [
    { id: 'tts', role: 'tts', wanted: 1, working: 1, spares: 1, condition: 'well', epoch: 3 },
    { id: 'reply', role: 'reply', wanted: 1, working: 0, spares: 0, condition: 'down', epoch: 1 },
  ],
  rooms: ['demo'],
  maxRooms: 200,
  reload: { phase: 'rolled-back', edition: 1, reason: 'tts ended with code 78', at: now - 300_000 },
  incidents: [
    {
      id: 'i1',
      component: 'reply',
      problem: 'crash',
      severity: 'critical',
      state: 'open',
      openedAt: now - 60_000,
      summary: 'reply crashed',
    },
  ],
  late: { times: 2, ms: 5_100 },
  rssMb: 71.2,
};

function status(home: string, ...args: string[]): { code: number | null; said: string } {
  const program = resolve(project, 'ops/status.ts');
  const { status: code, stdout } = spawnSync(process.execPath, [program, '--home', home, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code, said: stdout };
}

function write(home: string, state: SupervisorState): string {
  mkdirSync(dirname(stateFile(home)), { recursive: true });
  writeFileSync(stateFile(home), JSON.stringify(state));
  return home;
}

void t.test('status shows each child, what is not well, and what was repaired', (t) => {
  const { code, said } = status(write(t.testdir(), running));
  t.equal(code, 0);
  const lines = said.split('\n').map((line) => line.split(/ {2,}/));
  const row = (id: string) => lines.find(([first]) => first === id);
  t.same(row('child'), [
    'child',
    'role',
    'state',
    'spare',
    'pid',
    'gen',
    'restarts',
    'cpu %',
    'MB',
    'for',
    'last ended because',
  ]);
  const figures = ['5', '4', '12.3', '87', '30 s', 'ended by SIGKILL'];
  // Seconds go on while the program starts.
  const settled = (cells: string[] | undefined) => cells?.map((cell) => cell.replace(/^[3-9]\d s$/, '30 s'));
  t.same(settled(row('tts')), ['tts', 'tts', 'running', 'epoch 3', '4242', ...figures]);
  t.same(settled(row('tts.2')), [
    'tts.2',
    'tts',
    'initialised',
    'spare',
    '4242',
    '5',
    '0',
    '12.3',
    '87',
    '30 s',
    '-',
  ]);
  t.same(settled(row('reply')), ['reply', 'reply', 'backoff', '-', '-', ...figures]);
  t.match(said, /^on-air, supervisor pid \d+, 71\.2 MB, up 2\.8 h; bus nats:.* \(pid 77, restarts 2\)/);
  t.match(said, /held up 2 times, 5100 ms in all/);
  t.match(said, /last reload: rolled-back, 5 min ago: tts ended with code 78/);
  t.match(said, /not well: reply \(down, 0 of 1 at work\)/);
  t.match(said, /how the rooms are is not known: .* the bus does not answer/);
  t.match(said, /open incidents[^]*critical, for \d+ s: reply crashed/);
  t.end();
});

void t.test('status says so when the bus is away, and when nobody looks after anything', async (t) => {
  const well = running.services.slice(0, 1);
  const own = { ...running.nats, monitorUrl: 'http://127.0.0.1:8222' };
  const away = status(write(t.testdir(), { ...running, services: well, nats: { ...own, pid: 0 } })).said;
  t.match(away, /^the bus is away/m);
  t.notMatch(away, /all services are well/);
  const there = status(
    write(t.testdir(), { ...running, services: well, nats: { ...own, pid: process.pid } }),
  );
  t.match(there.said, /^all services are well$/m);
  t.notMatch(there.said, /^the bus is away/m);

  const supervisor = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
  t.teardown(() => supervisor.kill('SIGKILL'));
  await once(supervisor, 'spawn');
  const home = write(t.testdir(), { ...running, pid: supervisor.pid ?? 0, services: well });
  utimesSync(stateFile(home), new Date(), new Date(Date.now() - 60_000));
  t.match(status(home).said, /^the supervisor has told nothing for [6-9]\d s/m);
  supervisor.kill('SIGSTOP');
  while (readProcess(supervisor.pid ?? 0)?.state !== 'T') await sleep(5);
  t.match(
    status(home).said,
    /^the supervisor is stopped by a signal, and looks after nothing: kill -CONT \d+/m,
  );
});

void t.test('status --json says what the state file says', (t) => {
  const home = write(t.testdir(), running);
  const { code, said } = status(home, '--json');
  t.equal(code, 0);
  t.same(JSON.parse(said), { running: true, ...running, warnings: [], rooms: [], sounds: [], voices: null });
  t.end();
});

void t.test('status and reload take nobody for a supervisor that only has its pid', async (t) => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  t.teardown(() => stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  const home = write(t.testdir(), { ...running, pid: stranger.pid ?? 0, startTime: '1' });
  t.match(status(home), { code: 1, said: /^No supervisor runs in / });
  const { status: code } = spawnSync(process.execPath, [resolve(project, 'ops/reload.ts'), '--home', home], {
    timeout: 60_000,
  });
  t.equal(code, 1);
  t.equal(stranger.exitCode ?? stranger.signalCode, null, 'SIGHUP would end it');
});

void t.test('status ends with 1 when no supervisor runs', (t) => {
  const never = status(t.testdir());
  t.equal(never.code, 1);
  t.match(never.said, /No supervisor has run in /);
  const stopped = status(write(t.testdir(), { ...running, state: 'stopped' }), '--json');
  t.equal(stopped.code, 1);
  t.match(JSON.parse(stopped.said), { running: false, why: /No supervisor runs in .*; the last one/ });
  t.end();
});
