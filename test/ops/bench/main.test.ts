import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import t from 'tap';
import type { Report } from '../../../ops/bench/report.ts';

const project = resolve(import.meta.dirname, '../../..');
const main = join(project, 'ops/bench/main.ts');
const timeoutMs = 200_000;

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: timeoutMs });
}

void t.test('bench supervisor measures a real show and finds nothing lost', (t) => {
  const { status, stdout, stderr } = run('supervisor', '--quick', '--only', 'footprint');
  t.equal(stderr, '');
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const { reports } = JSON.parse(last) as { reports: Record<string, Report> };
  const { figures = [], broken } = reports['supervisor'] ?? {};
  const valueOf = (begin: string) => figures.find(({ what }) => what.startsWith(begin))?.value ?? NaN;
  t.ok(valueOf("supervisor's memory, most") > 10, 'it has some memory');
  t.ok(valueOf("supervisor's CPU") >= 0);
  t.ok(valueOf('events in the ledger') > 0);
  t.same(broken, []);
  t.equal(status, 0);
  t.match(stdout, /goal ≤ 80 MB/);
  t.end();
});

void t.test('bench says what is wrong with its arguments', (t) => {
  for (const [args, reason] of [
    [['nothing'], 'There is no benchmark "nothing"'],
    [['supervisor', '--only', 'nothing'], 'There is no row "nothing"'],
    [['--failing-start', 'long'], 'must be a time such as'],
  ] as const) {
    const { status, stderr } = run(...args);
    t.equal(status, 1);
    t.match(stderr, reason);
  }
  t.end();
});
