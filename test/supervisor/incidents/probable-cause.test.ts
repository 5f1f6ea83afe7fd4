import t from 'tap';
import { causeRules } from '../../../supervisor/incidents/cause-rules.ts';
import { isPast, probableCause } from '../../../supervisor/incidents/probable-cause.ts';
import type { Signal, SignalKind } from '../../../supervisor/incidents/signal.ts';

type Told = [component: string, kind: SignalKind, at: number, detail?: string, child?: string];

const signals = (told: Told[]): Signal[] =>
  told.map(([component, kind, at, detail = '', child = '']) => ({ at, component, child, kind, detail }));

/** The cause of the last of these signals, which all came at or before it. */
function causeOf(told: Told[]) {
  const all = signals(told);
  const last = all.at(-1);
  if (!last) throw new Error('Nothing was told');
  const { component, kind, at, detail } = last;
  return probableCause(causeRules, { component, kinds: [kind], firstAt: at, lastAt: at, detail }, all);
}

/** What came before → whom it blames, and how the reason reads. */
const table: [told: Told[], component: string, why: RegExp][] = [
  [
    [
      ['bus', 'bus-down', 0],
      ['tts', 'reconnect-failed', 5_000],
    ],
    'bus',
    /did not find the bus again, which had been lost \(5 s before\)/,
  ],
  [
    [
      ['bus', 'bus-down', 0],
      ['tts', 'exited', 50_000],
    ],
    'bus',
    /bus had been lost \(50 s before\)/,
  ],
  [
    [
      ['bus', 'bus-down', 0],
      ['configuration', 'reload-begun', 1_000],
      ['configuration', 'reload-rolled-back', 61_000],
    ],
    'bus',
    /without the bus/,
  ],
  [
    [
      ['bus', 'bus-down', 0, 'it ended with code 1'],
      ['bus', 'bus-down', 900, 'it ended with code 1'],
      ['bus', 'bus-down', 2_000, 'it ended with code 1'],
    ],
    'bus',
    /three times for the same reason/,
  ],
  [
    [
      ['configuration', 'reload-begun', 0],
      ['tts', 'spawned', 5_000, '', 'tts.2'],
      ['tts', 'start-failed', 9_000, '', 'tts.2'],
    ],
    'configuration',
    /just been changed/,
  ],
  [
    [
      ['configuration', 'reload-begun', 0],
      ['configuration', 'reload-rolled-back', 9_000],
    ],
    'configuration',
    /just been/,
  ],
  [[['tts', 'refused', 0]], 'configuration', /only because of its configuration/],
  [
    [
      ['tts', 'memory-trend', 0],
      ['tts', 'memory-hard', 3_600_000],
    ],
    'tts',
    /as with a leak/,
  ],
  [
    [
      ['tts', 'memory-soft', 0],
      ['tts', 'memory-hard', 60_000],
    ],
    'tts',
    /memory use was high/,
  ],
  [
    [
      ['tts', 'memory-hard', 0],
      ['tts', 'exited', 5],
    ],
    'tts',
    /over its memory limit/,
  ],
  [
    [
      ['host', 'disk-full', 0],
      ['bus', 'bus-down', 60_000],
    ],
    'host',
    /disk was full/,
  ],
  [
    [
      ['host', 'disk-full', 0],
      ['host', 'disk-ok', 10_000],
      ['host', 'disk-full', 50_000],
      ['bus', 'bus-down', 60_000],
    ],
    'host',
    /disk was full \(10 s before\)/,
  ],
  [
    [
      ['host', 'disk-full', 0],
      ['x', 'disk-ok', 10_000],
      ['bus', 'bus-down', 60_000],
    ],
    'host',
    /disk was full/,
  ],
  [
    [
      ['supervisor', 'supervisor-late', 0],
      ['tts', 'heartbeat-missed', 900],
    ],
    'host',
    /host stood still/,
  ],
  [
    [
      ['host', 'clock-jumped', 0],
      ['tts', 'heartbeat-missed', 900],
    ],
    'host',
    /host stood still/,
  ],
  [
    [
      ['reply', 'heartbeat-missed', 0],
      ['ingest', 'heartbeat-missed', 100],
      ['tts', 'heartbeat-missed', 200],
    ],
    'host',
    /several processes/,
  ],
  [
    [
      ['tts', 'exited', 0, 'code 7'],
      ['tts', 'exited', 900, 'code 7'],
      ['tts', 'exited', 2_000, 'code 7'],
    ],
    'tts',
    /three times for the same reason/,
  ],
  [
    [
      ['tts', 'exited', 0, 'no heartbeat for 2512 ms'],
      ['tts', 'exited', 900, 'no heartbeat for 2540 ms'],
      ['tts', 'exited', 2_000, 'no heartbeat for 2533 ms'],
    ],
    'tts',
    /three times for the same reason/,
  ],
  [
    [
      ['tts', 'poisoned', 0],
      ['tts', 'exited', 100],
    ],
    'tts',
    /brought it down twice/,
  ],
  [
    [
      ['bus', 'bus-down', 0],
      ['bus', 'bus-up', 1_000],
      ['tts', 'reconnect-failed', 9_000],
    ],
    'bus',
    /did not find the bus again, which had been lost \(9 s before\)/,
  ],
  [
    [
      ['tts', 'exited', 0, 'ended by SIGKILL'],
      ['tts', 'exited', 900, 'ended by SIGKILL'],
      ['tts', 'exited', 2_000, 'ended by SIGKILL'],
    ],
    'outside',
    /ended with a signal/,
  ],
  [
    [
      ['configuration', 'reload-begun', 0],
      ['tts', 'spawned', 1_000, '', 'tts.2'],
      ['tts', 'exited', 2_000, 'ended by SIGTERM', 'tts.2'],
    ],
    'outside',
    /ended with a signal/,
  ],
  [[['bus', 'bus-down', 0, 'it was ended by SIGKILL']], 'outside', /ended with a signal/],
  [[['tts', 'exited', 0, 'ended with code 0']], 'outside', /ended in order/],
  [
    [
      ['configuration', 'reload-begun', 0],
      ['configuration', 'reload-rolled-back', 9_000, 'tts.3 ended by SIGKILL'],
    ],
    'outside',
    /ended with a signal/,
  ],
  [
    [
      ['host', 'disk-full', 0],
      ['sound:demo', 'sound-lost', 900_000],
    ],
    'host',
    /disk was full \(15 min before\)/,
  ],
  [
    [
      ['configuration', 'reload-begun', 0],
      ['sound:demo', 'sound-lost', 9_000],
    ],
    'configuration',
    /just been changed/,
  ],
  [
    [
      ['room:a', 'room-unreachable', 0],
      ['room:b', 'room-unreachable', 4_000],
      ['room:c', 'room-unreachable', 8_000],
    ],
    'host',
    /several rooms/,
  ],
  [
    [['tts', 'exited', 0, 'ended by SIGKILL by the kernel, for want of memory']],
    'tts',
    /more memory than it may/,
  ],
  [
    [
      ['tts', 'quarantined', 0],
      ['reply', 'no-progress', 8_000],
    ],
    'tts',
    /needs had failed/,
  ],
  [
    [
      ['host', 'cpu-high', 0],
      ['tts', 'no-progress', 8_000],
    ],
    'host',
    /CPU/,
  ],
];

for (const [told, component, why] of table) {
  const story = told.map(([where, kind]) => `${kind} of ${where}`).join(', ');
  void t.test(`probableCause() blames ${component} for: ${story}`, (t) => {
    const cause = causeOf(told);
    t.equal(cause.component, component);
    t.match(cause.why, why);
    t.ok(cause.confidence > 0.2 && cause.confidence < 1);
    t.end();
  });
}

void t.test('every rule is what explains some story of the table', (t) => {
  const reasons = table.map(([told]) => causeOf(told).why);
  const unused = causeRules.filter(({ why }) => !reasons.some((reason) => reason.startsWith(why)));
  t.same(unused, []);
  t.end();
});

/** Stories that nothing explains. */
const unexplained: Told[][] = [
  [
    ['host', 'disk-full', 0],
    ['host', 'disk-low', 10_000],
    ['tts', 'exited', 60_000],
  ],
  [
    ['tts', 'memory-soft', 0, '', 'tts'],
    ['tts', 'spawned', 5_000, '', 'tts.2'],
    ['tts', 'exited', 60_000, '', 'tts.2'],
  ],
  [
    ['tts', 'exited', 0, 'restarted by a playbook'],
    ['tts', 'exited', 900, 'restarted by a playbook'],
    ['tts', 'exited', 2_000, 'restarted by a playbook'],
  ],
  [
    ['supervisor', 'supervisor-late', 0, 'did not run for 612 ms'],
    ['tts', 'heartbeat-missed', 900],
  ],
  [
    ['host', 'disk-full', 0],
    ['host', 'disk-ok', 10_000],
    ['tts', 'exited', 60_000],
  ],
  [
    ['host', 'cpu-high', 0],
    ['host', 'cpu-ok', 5_000],
    ['tts', 'no-progress', 8_000],
  ],
  [['tts', 'exited', 0, 'code 1']],
  [
    ['bus', 'bus-down', 0],
    ['bus', 'bus-up', 1_000],
    ['tts', 'exited', 4_000],
  ],
  [
    ['bus', 'bus-down', 0],
    ['tts', 'heartbeat-missed', 1_000],
  ],
  [
    ['tts', 'spawned', 0, '', 'tts.1'],
    ['configuration', 'reload-begun', 1_000],
    ['tts', 'spawned', 2_000, '', 'tts.2'],
    ['tts', 'exited', 3_000, 'ended by SIGSEGV', 'tts.1'],
  ],
  [
    ['tts', 'exited', 0],
    ['tts', 'promoted', 10],
    ['reply', 'no-progress', 8_000],
  ],
  [
    ['ingest', 'quarantined', 0],
    ['tts', 'no-progress', 1_000],
  ],
  [
    ['tts', 'exited', 0, 'code 1'],
    ['tts', 'exited', 1, 'code 2'],
    ['tts', 'exited', 2, 'code 1'],
  ],
  [
    ['reply', 'heartbeat-missed', 0],
    ['tts', 'heartbeat-missed', 100],
  ],
];

for (const told of unexplained) {
  const story = told.map(([where, kind, at]) => `${kind} of ${where} at ${at}`).join(', ');
  void t.test(`probableCause() does not pretend to know the cause of: ${story}`, (t) => {
    const last = told.at(-1);
    t.match(causeOf(told), { component: last?.[0], confidence: 0.2, at: last?.[2] });
    t.end();
  });
}

void t.test(
  'probableCause() takes a signal told a little late, but none that came after the trouble',
  (t) => {
    const after = (at: number) =>
      probableCause(
        causeRules,
        { component: 'tts', kinds: ['exited'], firstAt: 0, lastAt: 60_000, detail: '' },
        signals([['bus', 'bus-down', at]]),
      ).component;
    t.equal(after(100), 'bus');
    t.equal(after(1_000), 'tts');
    t.end();
  },
);

void t.test('isPast() tells whether the condition that was the cause has ended since', (t) => {
  const cause = causeOf([
    ['host', 'disk-full', 0, 'ENOSPC'],
    ['tts', 'exited', 1_000],
  ]);
  const now = { kind: 'exited', at: 3_000 } as const;
  const past = (...later: Told[]) =>
    isPast(causeRules, cause, signals([['host', 'disk-full', 0, 'ENOSPC'], ...later]), now);
  t.equal(past(), false);
  t.equal(past(['host', 'cpu-ok', 2_000]), false);
  t.equal(past(['host', 'disk-ok', 2_000]), true);
  t.equal(past(['host', 'disk-ok', 4_000]), false, 'later than what begins now');
  t.equal(
    isPast(
      causeRules,
      cause,
      signals([
        ['host', 'disk-full', 0, 'ENOSPC'],
        ['host', 'disk-ok', 2_000],
      ]),
      { kind: 'refused', at: 3_000 },
    ),
    true,
    'also for what it never explained',
  );
  const again = (...later: Told[]) =>
    isPast(causeRules, cause, signals([['host', 'disk-full', 1_500, 'ENOSPC once more'], ...later]), now);
  t.equal(again(), false);
  t.equal(again(['host', 'disk-ok', 2_000]), true, 'it was told again until its first time was forgotten');
  t.equal(
    isPast(causeRules, cause, signals([['host', 'disk-ok', 2_000]]), now),
    false,
    'it is not remembered',
  );
  t.end();
});
