import t from 'tap';
import { causeRules } from '../../../supervisor/incidents/cause-rules.ts';
import type { Playbook } from '../../../supervisor/incidents/playbook.ts';
import { checkPlaybooks, playbookFor } from '../../../supervisor/incidents/playbook.ts';
import { playbooks } from '../../../supervisor/incidents/playbooks.ts';
import type { SignalKind, StandIn } from '../../../supervisor/incidents/signal.ts';
import { processFailures } from '../../../supervisor/incidents/signal.ts';
import { DeskRun } from './fixtures.ts';

type Case = [
  component: string,
  trigger: SignalKind,
  problem: string,
  severity: string,
  actions: string,
  standIn?: StandIn,
];

/** What each trigger must lead to when the component stays down and nothing explains it. */
const table: Case[] = [
  ['bus', 'bus-down', 'bus-lost', 'warning', 'none degrade restart-bus'],
  ['bus', 'exited', 'bus-lost', 'warning', 'none degrade restart-bus'],
  ['bus', 'heartbeat-missed', 'bus-lost', 'warning', 'none degrade restart-bus'],
  ['bus', 'start-failed', 'bus-lost', 'warning', 'none degrade restart-bus'],
  ['bus', 'not-ready', 'bus-lost', 'warning', 'none degrade restart-bus'],
  ['tts', 'exited', 'crash', 'warning', 'none degrade restart restart-dependency'],
  ['audio:demo', 'heartbeat-missed', 'hang', 'warning', 'none degrade restart restart-dependency'],
  ['reply', 'no-progress', 'stuck', 'warning', 'none replace degrade restart restart-dependency'],
  ['ingest', 'start-failed', 'start-failure', 'warning', 'none degrade set-cache-aside restart-dependency'],
  ['sim-demo', 'not-ready', 'start-failure', 'warning', 'none degrade set-cache-aside restart-dependency'],
  ['tts', 'memory-hard', 'memory-limit', 'warning', 'none degrade restart'],
  ['tts', 'quarantined', 'crash-loop', 'critical', 'degrade set-cache-aside restart-dependency'],
  ['tts', 'refused', 'configuration-refused', 'critical', 'roll-back-configuration'],
  ['tts', 'gave-up', 'gave-up', 'critical', 'degrade'],
  ['tts', 'memory-trend', 'memory-leak', 'warning', 'none replace'],
  ['tts', 'memory-soft', 'memory-high', 'warning', 'none replace'],
  ['tts', 'cpu-high', 'cpu-high', 'warning', 'none scale-up'],
  ['host', 'cpu-high', 'host-cpu', 'warning', 'none'],
  ['host', 'memory-soft', 'host-memory', 'warning', 'none'],
  ['host', 'memory-hard', 'host-memory', 'warning', 'none'],
  ['host', 'memory-trend', 'host-memory', 'warning', 'none'],
  ['bus', 'bus-slow', 'bus-slow', 'warning', 'none reconnect'],
  ['host', 'disk-full', 'disk-full', 'critical', 'free-disk degrade'],
  ['host', 'disk-low', 'disk-low', 'warning', 'free-disk'],
  ['configuration', 'reload-rolled-back', 'bad-reload', 'warning', 'none'],
  ['ingest', 'reconnect-failed', 'bus-connection', 'warning', 'none reconnect replace restart'],
  ['tts', 'poisoned', 'poison-work', 'warning', 'none'],
  ['supervisor', 'supervisor-late', 'host-stalled', 'warning', 'none'],
  ['host', 'clock-jumped', 'host-stalled', 'warning', 'none'],
  ['supervisor', 'cut-short', 'unclean-end', 'warning', 'none'],
  ['room:demo', 'room-refused', 'room-refused', 'warning', 'none'],
  ['room:demo', 'room-shut-out', 'room-shut-out', 'critical', 'none'],
  ['room:demo', 'room-unreachable', 'room-unreachable', 'warning', 'none'],
  ['room:demo', 'room-cut-off', 'room-cut-off', 'critical', 'none'],
  ['room:demo', 'room-lacking', 'room-lacking', 'warning', 'none'],
  ['sound:demo', 'sound-lost', 'sound-lost', 'critical', 'none'],
  ...processFailures.map((kind): Case => {
    // Only its configuration can be why, which is changed back.
    const actions = kind === 'refused' ? 'none roll-back-configuration' : 'none';
    return ['tts', kind, 'spare-missing', 'warning', actions, 'all'];
  }),
  ['tts', 'quarantined', 'short-handed', 'warning', 'none', 'some'],
  ['tts', 'refused', 'short-handed', 'warning', 'none roll-back-configuration', 'some'],
  ['tts', 'gave-up', 'short-handed', 'warning', 'none', 'some'],
];

void t.test('the table tells of every trigger of every playbook', (t) => {
  const told = new Set(table.map(([, trigger, problem]) => `${problem} ${trigger}`));
  const all = playbooks.flatMap(({ problem, triggers }) => triggers.map((kind) => `${problem} ${kind}`));
  t.same([...told].toSorted(), all.toSorted());
  t.end();
});

for (const [component, trigger, problem, severity, actions, standIn] of table) {
  const more = standIn ? { standIn } : {};
  const steps = actions.split(' ');
  const playbook = playbooks.find((other) => other.problem === problem);

  void t.test(
    `${problem}: ${trigger} of ${component} ${standIn ? `with ${standIn} of the work done ` : ''}closes when its first action is seen to work`,
    (t) => {
      const run = new DeskRun();
      run.health(component, 'down');
      run.signal(component, trigger, more);
      const [open] = run.desk.open;
      t.equal(open?.problem, problem);
      t.equal(open?.severity, severity);
      t.equal(open?.state, 'open');
      run.pass(500);
      run.health(component, 'well');
      const [sign] = playbook?.closeWhen.signs ?? [];
      if (sign) run.signal(component, sign);
      const opened = run.orders.length;
      run.pass(2_900);
      t.equal(run.desk.open.length, 1, 'not before it has held');
      run.pass(10_000);
      t.same(run.desk.open, []);
      const [closed] = run.desk.recent;
      t.equal(closed?.state, 'resolved');
      t.same(
        closed?.actions.map(({ action, outcome }) => `${action} ${outcome}`),
        [`${steps[0]} worked`],
      );
      t.equal(closed?.recoveryMs, 500);
      t.equal(closed?.downMs, 500);
      t.equal(closed?.peopleAsked, false);
      t.same(
        run.orders.slice(opened).map((order) => (order.kind === 'tell' ? order.level : order.kind)),
        ['record', 'recovered'],
      );
      t.end();
    },
  );

  void t.test(`${problem}: ${trigger} of ${component} goes through every action when none works`, (t) => {
    const run = new DeskRun();
    run.health(component, 'down');
    run.signal(component, trigger, more);
    run.pass(5 * 60_000);
    const [open] = run.desk.open;
    t.equal(run.desk.open.length, 1);
    t.equal(open?.state, 'unresolved');
    t.equal(open?.severity, 'critical', 'it is still down');
    t.same(
      open?.actions.map(({ action, outcome }) => `${action} ${outcome}`),
      [...steps.map((action) => `${action} failed`), 'tell-people pending'],
    );
    t.same(
      run.actions,
      steps.filter((action) => action !== 'none'),
    );
    const taken = open?.actions.slice(0, -1).map(({ action, tookMs }) => [action, tookMs]);
    const within = steps.map((action) => [
      action,
      playbook?.actions.find((step) => step.action === action)?.verify.within,
    ]);
    t.same(taken, within, 'each had its time');

    run.allWell();
    const [sign] = playbook?.closeWhen.signs ?? [];
    if (sign) run.signal(component, sign);
    run.pass(15_000);
    t.same(run.desk.open, [], 'it closes by itself');
    t.equal(run.desk.recent[0]?.peopleAsked, true);
    t.equal(run.levels.at(-1), 'recovered');
    t.end();
  });
}

void t.test('playbooks agree with each other', (t) => {
  checkPlaybooks(playbooks);
  for (const { problem, family, closeWhen, actions } of playbooks) {
    const ofFamily = playbooks.filter((other) => other.family === family).flatMap(({ triggers }) => triggers);
    t.notOk(
      closeWhen.signs.some((sign) => ofFamily.includes(sign)),
      `a sign of ${problem} is no trigger of its family`,
    );
    const causes = causeRules.map(({ blames }) => blames);
    for (const { whenCause } of actions)
      t.ok(
        whenCause === undefined || causes.some((cause) => cause === whenCause),
        `${problem}: ${whenCause}`,
      );
  }
  t.end();
});

void t.test('playbookFor() takes the first that has the trigger for that role', (t) => {
  const signal = { at: 0, child: '', kind: 'exited', detail: '' } as const;
  t.equal(playbookFor(playbooks, { ...signal, component: 'bus' })?.problem, 'bus-lost');
  t.equal(playbookFor(playbooks, { ...signal, component: 'audio:bus' })?.problem, 'crash');
  t.equal(playbookFor(playbooks, { ...signal, component: 'tts', kind: 'promoted' }), undefined);
  t.equal(playbookFor(playbooks, { ...signal, component: 'tts', standIn: 'all' })?.problem, 'spare-missing');
  t.equal(playbookFor(playbooks, { ...signal, component: 'tts', standIn: 'some' })?.problem, 'crash');
  t.end();
});

void t.test('checkPlaybooks() throws for what contradicts or never ends', (t) => {
  const [first] = playbooks.filter(({ problem }) => problem === 'poison-work');
  if (!first) throw new Error('There is no such playbook');
  const wrong: [Partial<Playbook>, RegExp][] = [
    [{}, /two of that name/],
    [{ problem: 'other' }, /an earlier one has the trigger "poisoned"/],
    [{ problem: 'other', triggers: [] }, /nothing triggers it/],
    [{ problem: 'other', triggers: ['scaled'], actions: first.actions.slice(0, 1) }, /tell-people/],
    [
      {
        problem: 'other',
        triggers: ['scaled'],
        actions: [{ action: 'tell-people', verify: { within: 0, holdsFor: 1 } }],
      },
      /a time to work/,
    ],
    [
      { problem: 'other', triggers: ['scaled'], closeWhen: { health: 'well', signs: [], quietFor: 0 } },
      /quiet time/,
    ],
  ];
  for (const [change, message] of wrong)
    t.throws(() => checkPlaybooks([first, { ...first, ...change }]), { name: 'RangeError', message });
  t.end();
});
