import t from 'tap';
import type { Evidence } from '../../../ops/chaos/judge.ts';
import { judge } from '../../../ops/chaos/judge.ts';
import { chaosReport, formatReport } from '../../../ops/chaos/report.ts';
import { Ledger } from '../../../ops/ledger.ts';

const limits = { silenceMs: 5_000 };

function ledger(): Ledger {
  const ledger = new Ledger();
  ledger.addEvent({ id: 'e', kind: 'chat', expiresAt: 0 });
  ledger.addOutcome({ eventId: 'e', what: 'spoken' });
  return ledger;
}

function evidence(more: Partial<Evidence> = {}): Evidence {
  return {
    injuries: [{ fault: 'kill-tts', victim: 'tts', atMs: 2_000, recoveryMs: 700 }],
    rooms: [
      {
        room: 'room1',
        comparison: { delivered: 4, gifts: 2, missing: [], extra: [] },
        silence: { longestMs: 1_200, atMs: 0 },
      },
    ],
    balance: ledger().balance(0, false),
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
      injuries: [{ fault: 'stop-tts', victim: 'tts', atMs: 2_000, recoveryMs: null }],
      rooms: [{ room: 'room1', comparison, silence: { longestMs: 5_020, atMs: 7_000 } }],
      balance: broken.balance(100_000, false),
      exitCode: null,
      troubles: ['room1 has no listener at the end'],
    }),
    limits,
  );
  const expected = [
    /no listener/,
    /dead air: room1 was silent for 5.0 s from 7.0 s on/,
    /lost: .*\(4\): 1: chat, 2: chat, 3: chat and 1 more/,
    /too much: .*\(1\): 5/,
    /without outcome: 1 events \(1\): lost/,
    /with more than one outcome: 1 events \(1\): e/,
    /unanswered: 1 of 1/,
    /not healed: stop-tts on tts/,
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
  t.same(report.recovery, [{ fault: 'kill-tts', count: 1, p50Ms: 700, maxMs: 700 }]);
  t.match(formatReport(report), /kill-tts +1 +700 ms +700 ms[^]*3\.00 s\nall promises kept/);
  t.end();
});

void t.test('chaosReport() gives no recovery for a fault that never healed', (t) => {
  const injuries = [{ fault: 'kill-tts', victim: 'tts', atMs: 1, recoveryMs: null }];
  const report = chaosReport(evidence({ injuries }), { seed: 3, seconds: 60, broken: ['it did not heal'] });
  t.same(report.recovery, [{ fault: 'kill-tts', count: 1, p50Ms: null, maxMs: null }]);
  t.match(formatReport(report), /kill-tts +1 +never +never[^]*BROKEN {2}it did not heal/);
  t.end();
});
