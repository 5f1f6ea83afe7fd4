import t from 'tap';
import type { Change } from '../../../supervisor/incidents/incident-state.ts';
import { advance, again, forgive, open, reopen, witness } from '../../../supervisor/incidents/incident.ts';
import type { Health, Playbook } from '../../../supervisor/incidents/playbook.ts';
import type { Signal, SignalKind } from '../../../supervisor/incidents/signal.ts';

const playbook: Playbook = {
  problem: 'small',
  says: 'is a little wrong',
  triggers: ['exited'],
  severity: 'warning',
  family: 'process',
  rank: 1,
  actions: [
    { action: 'none', verify: { within: 10_000, holdsFor: 1_000 } },
    { action: 'restart-bus', verify: { within: 10_000, holdsFor: 1_000 }, whenCause: 'bus' },
    { action: 'restart', verify: { within: 10_000, holdsFor: 1_000 }, unlessWorking: true },
    { action: 'tell-people', verify: { within: 10_000, holdsFor: 1_000 } },
  ],
  closeWhen: { health: 'well', signs: [], quietFor: 100_000 },
};
const signal = (at: number, kind: SignalKind = 'exited'): Signal => {
  return { at, component: 'tts', child: '', kind, detail: '' };
};
const unknownCause = () => ({ component: 'tts', what: '', at: 0, confidence: 0.2, why: 'unknown' });
const busCause = () => ({ component: 'bus', what: '', at: 0, confidence: 0.9, why: 'the bus' });
const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(freezeOne(value))) freeze(inner);
  return value;
};
const freezeOne = <T extends object>(value: T): T => Object.freeze(value);
const left = ({ incident }: Change) =>
  incident.record.timeline.filter(({ what }) => what === 'action left out');

void t.test('open() begins the first action and changes nothing it is given', (t) => {
  const first = freeze(open('1', freeze(signal(0)), freeze(playbook), unknownCause));
  t.match(first, { begun: 'none', important: true, incident: { step: 0, record: { state: 'open' } } });
  const second = freeze(again(first.incident, freeze(signal(5)), playbook, unknownCause));
  t.equal(second.incident.record.occurrences, 2);
  freeze(witness(second.incident, freeze(signal(6, 'promoted'))));
  freeze(advance(second.incident, 10_000, 'down', unknownCause));
  t.end();
});

void t.test('advance() leaves out actions that would do harm or cannot help, and says why', (t) => {
  const { incident } = open('1', signal(0), playbook, unknownCause);
  t.equal(advance(incident, 9_999, 'down', unknownCause).begun, null);
  const down = advance(incident, 10_000, 'down', unknownCause);
  t.equal(down.begun, 'restart');
  t.same(
    left(down).map(({ detail }) => detail),
    ['restart-bus: the cause does not lie with bus'],
  );
  const early = advance(incident, 59_999, 'degraded', unknownCause);
  t.equal(early.begun, null, 'it works, and its spare is on its way');
  const working = advance(incident, 60_000, 'degraded', unknownCause);
  t.equal(working.begun, 'tell-people');
  t.match(working.incident.record, { state: 'unresolved', severity: 'warning', peopleAsked: true });
  t.equal(advance(incident, 10_000, 'down', busCause).begun, 'restart-bus', 'a cause found later counts');
  t.end();
});

void t.test('advance() lets a hold that has begun in time finish', (t) => {
  const { incident } = open('1', signal(0), playbook, unknownCause);
  const holding = advance(incident, 9_500, 'well', unknownCause);
  t.equal(holding.incident.record.state, 'verifying');
  const after = advance(holding.incident, 10_499, 'well', unknownCause);
  t.equal(after.begun, null);
  t.match(advance(after.incident, 10_500, 'well', unknownCause).incident.record, {
    state: 'resolved',
    closedAt: 10_500,
    recoveryMs: 9_500,
    actions: [{ action: 'none', outcome: 'worked', tookMs: 9_500 }],
  });
  const lost = advance(after.incident, 10_499, 'degraded', unknownCause);
  t.equal(lost.incident.record.state, 'open');
  const late = advance(lost.incident, 60_000, 'degraded', unknownCause);
  t.equal(late.begun, 'tell-people', 'a hold that breaks after the time is a failure at once');
  t.end();
});

void t.test('advance() leaves a successor its time before it begins what would hit it', (t) => {
  const { incident } = open('1', signal(0), playbook, unknownCause);
  const holding = advance(incident, 9_500, 'well', unknownCause);
  const gone = advance(holding.incident, 10_499, 'down', unknownCause);
  t.match(gone, { begun: null, incident: { overdue: true, record: { state: 'open' } } });
  const mended = advance(gone.incident, 10_700, 'well', unknownCause);
  t.match(mended, { begun: null, incident: { overdue: false, record: { state: 'verifying' } } });
  t.equal(advance(mended.incident, 11_700, 'well', unknownCause).incident.record.state, 'resolved');
  t.equal(advance(gone.incident, 11_499, 'down', unknownCause).begun, null);
  t.equal(advance(gone.incident, 11_500, 'down', unknownCause).begun, 'restart', 'nobody took over');
  const late = forgive(gone.incident, signal(11_400, 'supervisor-late'));
  t.equal(advance(late, 12_000, 'down', unknownCause).begun, null, 'lost time is not called down');
  t.end();
});

void t.test(
  'advance() tells people of what comes back by itself again and again, and leaves it standing',
  (t) => {
    // Nothing of it is left out because something works.
    const actions = playbook.actions.map(({ action }) => ({
      action,
      verify: { within: 10_000, holdsFor: 60_000 },
    }));
    let change = open('1', signal(0), { ...playbook, actions }, unknownCause);
    const begun: unknown[] = [];
    const look = (now: number, health: Health) => {
      change = advance(change.incident, now, health, unknownCause);
      begun.push(change.begun);
    };
    for (const flapAt of [11_000, 22_000, 33_000]) {
      look(flapAt - 250, 'well');
      look(flapAt, 'down');
      look(flapAt + 250, 'well');
    }
    t.same(new Set(begun), new Set([null, 'tell-people']));
    t.match(change.incident.record, { state: 'unresolved', peopleAsked: true });
    t.same(
      left(change).map(({ detail }) => detail),
      ['restart-bus: it comes back by itself', 'restart: it comes back by itself'],
    );
    look(49_750, 'well');
    look(50_000, 'down');
    look(79_000, 'down');
    t.equal(begun.at(-1), null, 'it may come back once more');
    look(81_000, 'down');
    t.equal(begun.at(-1), actions[0]?.action, 'this time it does not');
    t.match(change.incident.record, { state: 'open', severity: 'critical' });
    t.end();
  },
);

/** People were told of it while it worked, as what was left to do was not to be done to what works. */
const toldWhileWorking = (severity: Playbook['severity']): Change => {
  const { incident } = open('1', signal(0), { ...playbook, severity }, unknownCause);
  return advance(incident, 60_000, 'degraded', unknownCause);
};

void t.test('advance() repairs after all what people were told of, once it is down', (t) => {
  const told = toldWhileWorking('warning');
  t.match(told, { begun: 'tell-people', incident: { record: { severity: 'warning' } } });
  const works = advance(told.incident, 70_000, 'degraded', unknownCause);
  const gone = advance(works.incident, 70_250, 'down', unknownCause);
  t.equal(gone.begun, null, 'somebody may take over');
  const repaired = advance(gone.incident, 72_000, 'down', unknownCause);
  t.match(repaired, { begun: 'none', incident: { record: { severity: 'critical', state: 'open' } } });
  const well = advance(repaired.incident, 73_000, 'well', unknownCause);
  const { record } = advance(well.incident, 74_000, 'well', unknownCause).incident;
  t.match(record, { state: 'resolved', severity: 'critical' });
  t.ok(record.recoveryMs !== null && record.recoveryMs >= 70_000, 'both episodes count');
  t.end();
});

void t.test('advance() does to what was critical already what was left out while it worked', (t) => {
  const told = toldWhileWorking('critical');
  t.same(
    left(told).map(({ detail }) => detail),
    ['restart-bus: the cause does not lie with bus', 'restart: the component works'],
  );
  const gone = advance(told.incident, 70_000, 'down', unknownCause);
  const waits = advance(gone.incident, 89_000, 'down', unknownCause);
  t.equal(waits.begun, null, 'it may come back by itself');
  const repaired = advance(waits.incident, 90_000, 'down', unknownCause);
  t.equal(repaired.begun, 'restart', 'not from the first action again');
  const vain = advance(repaired.incident, 100_000, 'down', unknownCause);
  t.equal(vain.begun, 'tell-people');
  t.equal(advance(vain.incident, 200_000, 'down', unknownCause).begun, null, 'nothing is left to do');
  t.end();
});

void t.test('a graver problem is repaired at once, also of what was left alone', (t) => {
  const told = toldWhileWorking('warning');
  const graver: Playbook = { ...playbook, problem: 'grave', rank: 2, severity: 'critical' };
  const taken = again({ ...told.incident, isSpared: true }, signal(70_000), graver, unknownCause);
  t.match(taken, { begun: 'none', incident: { isSpared: false, leftOut: null } });
  t.end();
});

void t.test('again() hands the incident over to a graver problem only', (t) => {
  const graver: Playbook = { ...playbook, problem: 'grave', rank: 2, severity: 'critical' };
  const { incident } = open('1', signal(0), playbook, unknownCause);
  const taken = again(incident, signal(50), graver, unknownCause);
  t.match(taken, {
    begun: 'none',
    incident: {
      waitingSince: 50,
      record: {
        problem: 'grave',
        severity: 'critical',
        actions: [{ outcome: 'failed', tookMs: 50 }, { outcome: 'pending' }],
      },
    },
  });
  const back = again(taken.incident, signal(60), playbook, unknownCause);
  t.match(back, { begun: null, important: false, incident: { record: { problem: 'grave' } } });
  t.end();
});

void t.test('reopen() begins again, with a longer hold', (t) => {
  const first = open('1', signal(0), playbook, unknownCause);
  const well = advance(first.incident, 2_000, 'well', unknownCause);
  const closed = advance(well.incident, 3_000, 'well', unknownCause);
  const back = reopen(closed.incident, signal(10_000), playbook, unknownCause);
  t.match(back, {
    begun: 'none',
    incident: { record: { id: '1', closedAt: null, reopened: 1, occurrences: 2 } },
  });
  const wellAgain = advance(back.incident, 10_500, 'well', unknownCause);
  const early = advance(wellAgain.incident, 12_499, 'well', unknownCause);
  t.equal(early.incident.record.state, 'verifying');
  const done = advance(early.incident, 12_500, 'well', unknownCause).incident.record;
  t.equal(done.recoveryMs, 2_500, 'both outages');
  t.end();
});

void t.test('forgive() gives the verification its whole time again', (t) => {
  const { incident } = open('1', signal(0), playbook, unknownCause);
  const late = forgive(incident, signal(5_000, 'supervisor-late'));
  t.equal(advance(late, 14_999, 'down', unknownCause).begun, null);
  t.equal(
    advance(late, 14_999, 'down', unknownCause).incident.record.downMs,
    9_999,
    'lost time is not called down',
  );
  t.equal(advance(late, 15_000, 'down', unknownCause).begun, 'restart');
  t.end();
});
