import t from 'tap';
import { evidenceFigures } from '../../../../ops/bench/supervisor/evidence-figures.ts';
import type { Evidence } from '../../../../ops/chaos/judge.ts';
import { Ledger } from '../../../../ops/ledger.ts';

function evidence(more: Partial<Evidence> = {}): Evidence {
  const ledger = new Ledger();
  ledger.addEvent({ id: 'e', kind: 'chat', expiresAt: 0 });
  ledger.addOutcome({ eventId: 'e', what: 'spoken' });
  return {
    injuries: [],
    rooms: [
      {
        room: 'room1',
        comparison: { delivered: 1, gifts: 0, missing: [], extra: [] },
        silence: { longestMs: 1_200, atMs: 0 },
      },
    ],
    balance: ledger.balance(0, false),
    hearing: { sentences: 1, heard: 1, twice: [], isComplete: true },
    exitCode: 0,
    troubles: [],
    ...more,
  };
}

void t.test(
  'evidenceFigures() breaks no promise where nothing was lost, also when it was silent for long',
  (t) => {
    const silent = evidence().rooms.map((room) => ({ ...room, silence: { longestMs: 4_000, atMs: 0 } }));
    const { figures, broken, notes } = evidenceFigures(t.testdir({}), evidence({ rooms: silent }));
    t.same(broken, []);
    t.match(notes, [/dead air: room1/]);
    const missed = figures.filter(({ value, goal }) => goal !== undefined && value > goal);
    t.match(missed, [{ what: /longest silence/, value: 4_000 }]);
    t.end();
  },
);

void t.test('evidenceFigures() breaks the promise for what was lost, and tells who was asked', (t) => {
  const rooms = evidence().rooms.map((room) => ({
    ...room,
    comparison: { ...room.comparison, missing: ['1: chat'] },
  }));
  const incident = { id: 'i', openedAt: 1, closedAt: 2, recoveryMs: 1, peopleAsked: true, reopened: 0 };
  const home = t.testdir({
    log: {
      'incidents.ndjson': `${JSON.stringify({ ...incident, detectionMs: null, summary: 'tts crashed' })}\n`,
    },
  });
  const { figures, broken, notes } = evidenceFigures(home, evidence({ rooms, exitCode: 1 }));
  t.equal(broken.length, 2);
  t.match(figures, [{ value: 1 }, { what: /not in the stream/, value: 1, goal: 0 }]);
  t.ok(figures.some(({ what, value }) => what.startsWith('incidents of which') && value === 100));
  t.match(notes, [/asked about i: tts crashed/]);
  t.end();
});
