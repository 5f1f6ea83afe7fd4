import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { drawPlan } from '../../../ops/chaos/draw-plan.ts';
import { faults } from '../../../ops/chaos/faults.ts';
import type { ChaosReport } from '../../../ops/chaos/report.ts';
import { isAlive } from '../../../supervisor/process-table.ts';
import { readState } from '../../../supervisor/state-file.ts';

const project = resolve(import.meta.dirname, '../../..');
const main = join(project, 'ops/chaos/main.ts');
const timeoutMs = 280_000;

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: timeoutMs });
}

function lastLine(stdout: string): ChaosReport {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ChaosReport;
}

void t.test('chaos hurts a real show, sees it heal, and finds nothing lost', (t) => {
  const home = join(t.testdir(), 'home');
  const names = 'kill-ingest,kill-sim,kill-supervisor,block-reply,socket-cut';
  const { status, stdout, stderr } = run('--for', '25s', '--seed', '4', '--faults', names, '--home', home);
  t.equal(stderr, '');
  const report = lastLine(stdout);
  t.match(report, { seed: 4, seconds: 25, missing: 0, extra: 0, ledger: { balanced: true } });
  t.ok(report.delivered > 20, `${report.delivered} messages were delivered`);
  const candidates = names.split(',').flatMap((name) => (faults[name] ? { ...faults[name], name } : []));
  const planned = drawPlan({ seed: 4, durationMs: 25_000, faults: candidates });
  const caused = report.faults.map(({ fault }) => fault);
  // Some may find no time, or nobody to hurt; the others keep their order.
  t.ok(caused.length > 0);
  const rest = planned.map(({ fault }) => fault).values();
  t.ok(
    caused.every((fault) => rest.some((next) => next === fault)),
    caused.join(' '),
  );
  t.ok(report.faults.every(({ recoveryMs }) => recoveryMs !== null && recoveryMs > 0));
  t.match(report, { orphans: 0, sound: { twice: 0, isComplete: true } });
  t.ok(report.longestSilenceMs > 0);
  // How long a restart takes depends on who else is busy here; the verdict has to agree with itself at any speed.
  t.equal(status, report.broken.length === 0 ? 0 : 1, report.broken.join('\n'));
  t.ok(
    report.broken.every((reason) => reason.startsWith('dead air')),
    report.broken.join('\n'),
  );
  t.ok(existsSync(join(home, 'audio', 'room1.wav')), 'a given home is kept');
  const state = readState(home);
  t.equal(state?.state, 'stopped');
  t.end();
});

void t.test('chaos ends early at Ctrl-C, judges what there was, and leaves nothing behind', async (t) => {
  const child = spawn(process.execPath, [main, '--for', '10m', '--faults', 'kill-reply'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const hurt = Promise.withResolvers<void>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    if (line.includes('healed after')) hurt.resolve();
  });
  const ended = once(child, 'exit');
  await Promise.race([hurt.promise, ended]);
  const home = /home (\S+)$/.exec(lines[0] ?? '')?.[1] ?? '';
  const state = readState(home);
  const children = (state?.children ?? []).filter(({ spare }) => !spare).map(({ pid }) => pid);
  const pids = [state?.pid ?? 0, state?.nats.pid ?? 0, ...children];
  t.ok(pids.length === 7 && pids.every((pid) => isAlive(pid)));
  child.kill('SIGINT');
  await ended;
  const report = lastLine(lines.join('\n'));
  t.match(report, { missing: 0, extra: 0 }, lines.join('\n'));
  t.ok(
    report.broken.every((reason) => reason.startsWith('dead air')),
    report.broken.join('\n'),
  );
  // What it left is kept for whoever wants to see why; a busy machine may be silent for too long.
  t.equal(existsSync(home), report.broken.length > 0, report.broken.join('\n'));
  rmSync(home, { recursive: true, force: true });
  t.same(
    pids.filter((pid) => isAlive(pid)),
    [],
  );
});

void t.test('chaos says what is wrong with its options', (t) => {
  t.match(run('--faults', 'earthquake'), {
    status: 1,
    stderr: /There is no fault "earthquake"; there are kill-ingest/,
  });
  t.match(run('--seed', 'x'), { status: 1, stderr: /--seed must be/ });
  const help = run('--help');
  t.match(help, { status: 0, stdout: /npm run chaos/ });
  t.match(help.stdout, /room-bomb +the room sends/);
  t.end();
});

void t.test('soak says what is wrong with its options', (t) => {
  const soak = join(project, 'ops/soak/main.ts');
  const { status, stderr } = spawnSync(process.execPath, [soak, '--faults', 'kill-tts'], {
    encoding: 'utf8',
    timeout: timeoutMs,
  });
  t.equal(status, 1);
  t.match(stderr, /a soak hurts nobody/);
  t.match(readFileSync(soak, 'utf8'), /npm run soak/);
  t.end();
});
