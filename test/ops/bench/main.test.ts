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

void t.test('bench audio kills who plays, and reads in the recording what was heard of it', (t) => {
  const { stdout, stderr } = run('audio', '--quick', '--only', 'deaths', '--kills', '1');
  t.equal(stderr, '');
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const { reports } = JSON.parse(last) as { reports: Record<string, Report> };
  const { figures = [], broken } = reports['audio'] ?? {};
  t.same(broken, []);
  for (const who of ['audio', 'its sink'])
    for (const what of [
      'gap, p99 of 1',
      'repeated, max of 1',
      'lost, most of 1',
      'nothing is written, p50 of 1',
    ])
      t.ok(
        figures.some((figure) => figure.what === `kill -9 of ${who} while it speaks → ${what}`),
        `${who}: ${what}`,
      );
  t.end();
});

void t.test('bench says what is wrong with its arguments', (t) => {
  for (const [args, reason] of [
    [['nothing'], 'There is no benchmark "nothing"'],
    [['supervisor', '--only', 'nothing'], 'There is no row "nothing"'],
    [['audio', '--only', 'footprint'], 'There is no row "footprint"; there are deaths, upstream'],
    [['--only', 'footprint'], '--only is for ingest or supervisor or audio or tts or reply'],
    [['--failing-start', 'long'], '--failing-start must be a time such as'],
    [['audio', '--dry', 'long'], '--dry must be a time such as'],
    [['audio', '--kills', 'many'], '--kills must be a number'],
  ] as const) {
    const { status, stderr } = run(...args);
    t.equal(status, 1);
    t.match(stderr, reason);
  }
  t.end();
});
