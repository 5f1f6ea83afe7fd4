import t from 'tap';
import type { Evidence } from '../../../ops/chaos/judge.ts';
import type { Injury } from '../../../ops/chaos/run-plan.ts';
import { judge, judgePromises } from '../../../ops/chaos/judge.ts';
import { recoveries } from '../../../ops/chaos/recovery.ts';
import { chaosReport, formatReport } from '../../../ops/chaos/report.ts';
import { Ledger } from '../../../ops/ledger.ts';

const limits = { silenceMs: 5_000 };

function ledger(): Ledger {
  const ledger = new Ledger();
  ledger.addEvent({ id: 'e', kind: 'chat', expiresAt: 0 });
  ledger.addOutcome({ eventId: 'e', what: 'spoken' });
  return ledger;
}

function injury(more: Partial<Injury> = {}): Injury {
  return {
    fault: 'kill-tts',
    victim: 'tts',
    atMs: 2_000,
    detectionMs: 30,
    recoveryMs: 700,
    falseKills: [],
    orphans: [],
    figures: {},
    ...more,
  };
}

function evidence(more: Partial<Evidence> = {}): Evidence {
  return {
    injuries: [injury()],
    rooms: [
      {
        room: 'room1',
        comparison: { delivered: 4, gifts: 2, missing: [], extra: [] },
        silence: { longestMs: 1_200, atMs: 0 },
      },
    ],
    balance: ledger().balance(0, false),
    hearing: { sentences: 3, heard: 2, twice: [], missing: [], isComplete: true },
    exitCode: 0,
    troubles: [],
    ...more,
  };
}

const room = evidence().rooms[0];

void t.test('judge() finds nothing when every promise was kept', (t) => {
  t.same(judge(evidence(), limits), []);
  t.end();
});

void t.test('judge() names each promise that was broken', (t) => {
  const broken = ledger();
  broken.addEvent({ id: 'lost', kind: 'chat', expiresAt: 0 });
  broken.addEvent({ id: 'paid', kind: 'gift', expiresAt: 0 });
  broken.addOutcome({ eventId: 'paid', what: 'expired' });
  broken.addOutcome({ eventId: 'e', what: 'spoken' });
  const comparison = {
    delivered: 9,
    gifts: 0,
    missing: ['1: chat', '2: chat', '3: chat', '4: chat'],
    extra: ['5'],
  };
  const reasons = judge(
    evidence({
      injuries: [
        injury({ fault: 'stop-tts', recoveryMs: null }),
        injury({ fault: 'spin-tts', falseKills: ['tts (pid 7)'] }),
        injury({ fault: 'kill-supervisor', victim: 'supervisor', orphans: ['9 nats-server'] }),
      ],
      hearing: {
        sentences: 3,
        heard: 2,
        twice: [{ room: 'room1', text: '谢谢', heard: 2, expected: 1, byMs: 900 }],
        missing: [{ room: 'room1', text: '你好', heard: 0.4, expected: 1, byMs: 1_200 }],
        isComplete: true,
      },
      rooms: [{ room: 'room1', comparison, silence: { longestMs: 5_020, atMs: 7_000 } }],
      balance: broken.balance(100_000, false),
      exitCode: null,
      troubles: ['room1 has no listener at the end'],
    }),
    limits,
  );
  const expected = [
    /dead air: room1 was silent for 5.0 s from 7.0 s on/,
    /lost: .*\(4\): 1: chat, 2: chat, 3: chat and 1 more/,
    /too much: .*\(1\): 5/,
    /without outcome: 1 events \(1\): lost/,
    /with more than one outcome: 1 events \(1\): e/,
    /unanswered: 1 of 1/,
    /heard too often: "谢谢" 2 times in room1, the ledger has 1 \(0.9 s too much\)/,
    /not heard: "你好" 0.4 times in room1, the ledger has 1 \(1.2 s missing\)/,
    /no listener/,
    /not healed: stop-tts on tts/,
    /killed for nothing: spin-tts on tts at 2.0 s \(1\): tts \(pid 7\)/,
    /orphans: kill-supervisor on supervisor at 2.0 s \(1\): 9 nats-server/,
    /exit code none/,
  ];
  t.match(reasons, expected);
  t.equal(reasons.length, expected.length);
  t.end();
});

void t.test('judge() does not take a show in which nothing happened for a good one', (t) => {
  t.match(judge(evidence({ balance: new Ledger().balance(0, false) }), limits), [/no events/]);
  t.end();
});

void t.test('chaosReport() sums the rooms up and keeps the longest silence', (t) => {
  if (!room) throw new Error('no room');
  const silence = { longestMs: 3_000, atMs: 10 };
  const both = evidence({ rooms: [room, { ...room, room: 'room2', silence }] });
  const report = chaosReport(both, { seed: 3, seconds: 60, broken: [] });
  t.match(report, { seed: 3, delivered: 8, gifts: 4, missing: 0, longestSilenceMs: 3_000, broken: [] });
  t.match(report, { falseKills: 0, orphans: 0, sound: { sentences: 3, heard: 2, twice: 0, missing: 0 } });
  const verdict = judgePromises(both, limits);
  t.match(
    formatReport(report, verdict),
    /kill-tts +1 +30 \/ 30 \/ 30 +700 \/ 700 \/ 700 +0[^]*longest silence 3\.00 s\): kept[^]*promise 3[^]*kept/,
  );
  t.end();
});

void t.test('chaosReport() says when it cannot be told whether sentences are missing', (t) => {
  const hearing = { sentences: 3, heard: 2, twice: [], isComplete: false };
  const partly = evidence({ hearing });
  t.same(judge(partly, limits), []);
  const report = chaosReport(partly, { seed: 3, seconds: 60, broken: [] });
  t.equal(report.sound.missing, null);
  t.match(formatReport(report, judgePromises(partly, limits)), /unknown how many missing/);
  t.end();
});

void t.test('recoveries() gives quantiles of what was seen, and counts what never healed', (t) => {
  const injuries = [
    ...Array.from({ length: 100 }, (_, index) => injury({ recoveryMs: index + 1, detectionMs: null })),
    injury({ recoveryMs: null, falseKills: ['a', 'b'], figures: { onAirMs: 5 } }),
    injury({ fault: 'kill-audio' }),
  ];
  t.match(recoveries(injuries), [
    {
      fault: 'kill-tts',
      count: 101,
      detectionMs: { p50: 30, p99: 30, max: 30 },
      recoveryMs: { p50: 50, p99: 99, max: 100 },
      notHealed: 1,
      falseKills: 2,
      figures: { onAirMs: { p50: 5 } },
    },
    { fault: 'kill-audio', count: 1, notHealed: 0 },
  ]);
  const never = [injury({ detectionMs: null, recoveryMs: null })];
  t.match(recoveries(never), [{ detectionMs: { p50: null }, recoveryMs: { p50: null, max: null } }]);
  const broken = evidence({ injuries: never });
  const report = chaosReport(broken, { seed: 3, seconds: 60, broken: [] });
  t.match(
    formatReport(report, judgePromises(broken, limits)),
    /–, 1 never[^]*promise 3 .*BROKEN\n {2}not healed/,
  );
  t.end();
});
