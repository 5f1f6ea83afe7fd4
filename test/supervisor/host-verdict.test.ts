import t from 'tap';
import type { HostResource, HostSample, HostVerdict } from '../../supervisor/host-verdict.ts';
import { judgeHost, noHostSamples } from '../../supervisor/host-verdict.ts';

const calm = { cpuPct: 10, memoryPct: 50, diskFreeMb: 50_000 };

/** The verdicts on one resource, sample by sample, 5 s apart. */
function judgeAll(resource: HostResource, samples: (Partial<HostSample> | undefined)[]): HostVerdict[] {
  let history = noHostSamples;
  return samples.map((sample, index) => {
    const result = judgeHost(history, { ...calm, at: index * 5_000, ...sample });
    ({ history } = result);
    const verdict = result.verdicts.find((one) => one.resource === resource);
    if (!verdict) throw new Error(`no verdict on ${resource}`);
    return verdict;
  });
}

const levels = (verdicts: HostVerdict[]) => verdicts.map(({ level }) => level);

void t.test('judgeHost() says what is fine, in order', (t) => {
  const { verdicts } = judgeHost(noHostSamples, { ...calm, at: 0 });
  t.match(verdicts, [
    { resource: 'cpu', level: 'fine', changed: false, reason: '10 % of the cores used, limit 80' },
    { resource: 'memory', level: 'fine', changed: false, reason: '50 % of memory used, limit 85' },
    { resource: 'disk', level: 'fine', changed: false, reason: '50000 MB of disk free, limit 1000' },
  ]);
  t.end();
});

void t.test(
  'judgeHost() enters a level at three of five samples, and leaves it when none of five is over',
  (t) => {
    const cpu = (...values: number[]) =>
      judgeAll(
        'cpu',
        values.map((cpuPct) => ({ cpuPct })),
      );
    const warned = cpu(85, 10, 85, 10, 85, 10, 10, 10, 10, 10);
    t.same(levels(warned), [
      'fine',
      'fine',
      'fine',
      'fine',
      ...Array.from({ length: 5 }, () => 'warning'),
      'fine',
    ]);
    t.same(
      warned.map(({ changed }) => changed).flatMap((changed, index) => (changed ? [index] : [])),
      [4, 9],
      'told twice',
    );
    t.equal(warned[4]?.reason, '85 % of the cores used, limit 80');
    t.same(
      levels(cpu(80, 80, 80, 80, 80)),
      Array.from({ length: 5 }, () => 'fine'),
      'exactly at the limit',
    );
    t.equal(cpu(91, 91, 91).at(-1)?.level, 'critical');
    t.equal(cpu(91, 91, 85).at(-1)?.level, 'warning');
    t.same(levels(cpu(91, 91, 91, 85, 85, 85, 85, 85)).slice(2), [
      ...Array.from({ length: 5 }, () => 'critical'),
      'warning',
    ]);
    const memory = judgeAll(
      'memory',
      [86, 86, 86, 96, 96, 96].map((memoryPct) => ({ memoryPct })),
    );
    t.same(levels(memory), ['fine', 'fine', 'warning', 'warning', 'warning', 'critical']);
    t.end();
  },
);

void t.test('judgeHost() believes one sample of the disk', (t) => {
  const disk = judgeAll(
    'disk',
    [1_000, 999, 200, 199].map((diskFreeMb) => ({ diskFreeMb })),
  );
  t.same(levels(disk), ['fine', 'warning', 'warning', 'critical']);
  t.equal(disk.at(-1)?.reason, '199 MB of disk free, limit 200');
  t.end();
});

void t.test('judgeHost() keeps its verdict while a figure is not known', (t) => {
  const full = [{ diskFreeMb: 100 }];
  const unknown = Array.from({ length: 8 }, () => ({ diskFreeMb: undefined }));
  const verdicts = judgeAll('disk', [...full, ...unknown, undefined]);
  t.same(new Set(levels(verdicts.slice(0, -1))), new Set(['critical']));
  t.match(verdicts.at(-2), { changed: false, reason: 'not known' });
  t.match(verdicts.at(-1), { level: 'fine', changed: true });
  t.end();
});

void t.test('judgeHost() forgets what was before a long gap', (t) => {
  const busy = [0, 1_000, 500_000].map((at) => ({ at, cpuPct: 95 }));
  t.equal(judgeAll('cpu', busy).at(-1)?.level, 'fine');
  t.end();
});
