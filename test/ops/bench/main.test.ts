import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import t from 'tap';
import type { Report } from '../../../ops/bench/report.ts';

const project = resolve(import.meta.dirname, '../../..');
const main = join(project, 'ops/bench/main.ts');
const timeoutMs = 280_000;

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
  const { stdout, stderr } = run('audio', '--quick', '--only', 'deaths', '--kills', '3');
  t.equal(stderr, '');
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const { reports } = JSON.parse(last) as { reports: Record<string, Report> };
  const { figures = [], broken, notes } = reports['audio'] ?? {};
  t.same(broken, []);
  const told = figures.map(({ what }) => what).join('\n');
  for (const [who, kills] of [
    ['audio', 3],
    ['its sink', 2],
  ] as const) {
    const what = `kill -9 of ${who} while it speaks →`;
    t.match(told, `${what} nothing is written, p50 of ${kills}`);
    // On a busy machine a kill may fall so that the sentence around it cannot be read; that is told, and cannot be so for all of them.
    const read = Number(new RegExp(`${what} lost, most of (\\d+)`).exec(told)?.[1]);
    t.ok(read >= 1 && read <= kills, `${who}: ${read} of ${kills} were read`);
    t.match(told, `${what} gap, p99 of ${read}`);
    t.match(told, `${what} repeated, max of ${read}`);
    const unread = (notes ?? []).filter((note) =>
      note.includes(`${what.slice(0, -2)}: ${kills - read} of ${kills}`),
    );
    t.equal(unread.length, read < kills ? 1 : 0, 'what could not be read is told');
  }
  t.end();
});

void t.test('bench tts listens to what faulty servers and killed workers make', (t) => {
  const { stdout, stderr } = run('tts', '--quick', '--only', 'aired', '--requests', '100');
  t.equal(stderr, '');
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const { reports } = JSON.parse(last) as { reports: Record<string, Report> };
  const { figures = [], broken = [] } = reports['tts'] ?? {};
  const valueOf = (begin: string) => figures.find(({ what }) => what.startsWith(begin))?.value ?? NaN;
  t.equal(valueOf('segments on the bus'), 20);
  t.ok(valueOf('utterances') >= 5);
  t.ok(valueOf('kills of the worker') >= 1);
  t.ok(valueOf('from the bus to all of the sound, p50') > 0);
  for (const what of ["segments heard out of their utterance's order", 'segments heard twice', 'chunks that'])
    t.equal(valueOf(what), 0, what);
  // On a machine that is busy beyond measure even the last resort may come too late; it says so.
  const isLate = (what: string) => /^never heard: .*embedded: total-timeout/.test(what);
  t.same(
    broken.filter((what) => !isLate(what)),
    [],
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
