import t from 'tap';
import type { ResourceHistory, ResourceVerdict } from '../../supervisor/resource-verdict.ts';
import { judgeResources, nextSampleMs, noSamples } from '../../supervisor/resource-verdict.ts';

const limits = { softMb: 400, hardMb: 512, cpuPct: 90 };

/** What the last of some samples, a second apart, leads to. */
function judgeAll(values: { rssMb?: number; cpuPct?: number; at?: number }[]): {
  history: ResourceHistory;
  verdict: ResourceVerdict;
} {
  let history = noSamples;
  let verdict: ResourceVerdict = { kind: 'fine', busy: false, reason: '' };
  for (const [index, { rssMb = 100, cpuPct = 5, at = index * 1_000 }] of values.entries())
    ({ history, verdict } = judgeResources(history, { at, rssMb, cpuPct }, limits));
  return { history, verdict };
}

const memory = (...values: number[]) => values.map((rssMb) => ({ rssMb }));
const cpu = (...values: number[]) => values.map((cpuPct) => ({ cpuPct }));

void t.test('judgeResources() says soft at three of five samples and hard at one', (t) => {
  const table: [string, number[], ResourceVerdict['kind']][] = [
    ['little memory', [100, 100, 100], 'fine'],
    ['exactly the limits', [400, 400, 400, 400, 512], 'fine'],
    ['two over the soft limit', [401, 100, 401, 100, 100], 'fine'],
    ['three over the soft limit', [401, 100, 401, 100, 401], 'soft'],
    ['three, the last of them not', [450, 450, 450, 100], 'soft'],
    ['three of six, of which one is too old', [401, 100, 100, 401, 100, 401], 'fine'],
    ['one over the hard limit', [100, 513], 'hard'],
    ['the first over the hard limit', [900], 'hard'],
    ['once over the hard limit, no longer', [900, 100], 'fine'],
  ];
  for (const [name, values, kind] of table) t.equal(judgeAll(memory(...values)).verdict.kind, kind, name);
  t.match(judgeAll(memory(100, 513)).verdict, { reason: 'used 513 MB, over its 512 MB' });
  t.match(judgeAll(memory(401, 402, 403)).verdict, {
    reason: 'used up to 403 MB, in 3 of 3 samples over its soft 400 MB',
  });
  t.end();
});

void t.test('judgeResources() says busy at five of five samples, the first of a process not counted', (t) => {
  const table: [string, number[], boolean][] = [
    ['five, of which the first says nothing', [100, 100, 100, 100, 100], false],
    ['five that say something', [0, 100, 100, 100, 100, 100], true],
    ['four of five', [0, 100, 100, 50, 100, 100], false],
  ];
  for (const [name, values, busy] of table) {
    const { verdict } = judgeAll(cpu(...values));
    t.equal(verdict.busy, busy, name);
    t.equal(verdict.kind, busy ? 'busy' : 'fine', name);
  }
  t.match(judgeAll(cpu(0, 91, 91, 91, 91, 91)).verdict, {
    reason: 'used over 90 % of a core in 5 samples',
  });
  t.end();
});

void t.test('judgeResources() says both when memory and CPU are too much', (t) => {
  const { verdict } = judgeAll(Array.from({ length: 6 }, () => ({ rssMb: 450, cpuPct: 100 })));
  t.match(verdict, { kind: 'soft', busy: true });
  t.end();
});

void t.test('judgeResources() forgets what was before a long gap', (t) => {
  const { verdict, history } = judgeAll([
    { rssMb: 450, at: 0 },
    { rssMb: 450, at: 1_000 },
    { rssMb: 450, at: 60_000 },
  ]);
  t.equal(verdict.kind, 'fine');
  t.equal(history.samples.length, 1);
  t.end();
});

void t.test('judgeResources() keeps a bounded history', (t) => {
  const { history } = judgeAll(memory(...Array.from({ length: 1_000 }, () => 100)));
  t.equal(history.samples.length, 5);
  t.end();
});

void t.test('nextSampleMs() looks sooner as soon as one child is near a limit', (t) => {
  const table: [string, { rssMb: number; at?: number }[], number][] = [
    ['nothing known', [], 1_000],
    ['little memory', memory(100, 100), 1_000],
    ['exactly 80 % of the soft limit', memory(320), 1_000],
    ['above 80 % of the soft limit', memory(321), 250],
    ['reaches the hard limit within 2 s', memory(0, 171), 250],
    ['grows, but not that fast', memory(0, 170), 1_000],
    ['shrinks', memory(300, 100), 1_000],
    [
      'two samples of the same moment',
      [
        { rssMb: 0, at: 5 },
        { rssMb: 171, at: 5 },
      ],
      1_000,
    ],
  ];
  for (const [name, values, ms] of table) {
    const quiet = judgeAll(memory(50, 50)).history;
    const children = [quiet, judgeAll(values).history, quiet].map((history) => ({ history, limits }));
    t.equal(nextSampleMs(children), ms, name);
  }
  t.equal(nextSampleMs([]), 1_000);
  t.end();
});
