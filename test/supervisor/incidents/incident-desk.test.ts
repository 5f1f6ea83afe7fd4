import t from 'tap';
import { DeskRun } from './fixtures.ts';

void t.test('a crash that heals is one incident: told at once, verified for 3 s, told again', (t) => {
  const run = new DeskRun();
  run.health('tts', 'degraded');
  const first = run.signal('tts', 'exited', {
    child: 'tts-1',
    detail: 'signal SIGKILL',
    figures: { detectionMs: 4 },
  });
  t.same(
    first.map(({ kind }) => kind),
    ['record', 'tell'],
  );
  run.signal('tts', 'promoted', { child: 'tts-2', detail: 'took over' });
  run.pass(800);
  run.signal('tts', 'running', { child: 'tts-3' });
  run.health('tts', 'well');
  run.pass(2_900);
  t.equal(run.desk.open[0]?.state, 'verifying');
  run.pass(100);
  const [record] = run.desk.recent;
  t.match(record, {
    component: 'tts',
    problem: 'crash',
    state: 'resolved',
    severity: 'warning',
    detectionMs: 4,
    recoveryMs: 800,
    downMs: 0,
    occurrences: 1,
    impact: { services: ['tts', 'audio'], promises: ['voice', 'answers'] },
  });
  t.equal((record?.closedAt ?? 0) - (record?.openedAt ?? 0), 3_800);
  t.same(
    record?.timeline.map(({ what }) => what),
    ['exited', 'action', 'promoted', 'running', 'resolved'],
  );
  t.equal(record?.timeline[0]?.detail, 'tts-1: signal SIGKILL (detectionMs 4)');
  t.same(run.levels, ['warning', 'recovered']);
  t.same(run.actions, []);
  t.match(record?.summary, /^tts crashed \(tts-1: signal SIGKILL.*\) and is well again after 0.8 s/);
  t.end();
});

void t.test(
  'a worker that fails at every start for five minutes is one incident that gets graver in place',
  (t) => {
    const run = new DeskRun();
    run.health('reply', 'down');
    run.signal('reply', 'exited', { detail: 'code 1' });
    for (let failure = 1; failure <= 60; failure++) {
      run.pass(5_000);
      run.signal('reply', failure % 2 === 0 ? 'exited' : 'start-failed', { detail: 'code 1' });
      if (failure === 5) run.signal('reply', 'quarantined', { detail: '6 restarts in 60 s' });
    }
    t.equal(run.desk.open.length + run.desk.recent.length, 1);
    const [record] = run.desk.open;
    t.match(record, { problem: 'crash-loop', severity: 'critical', state: 'unresolved', occurrences: 62 });
    t.equal(record?.timeline.length, 40);
    t.ok((record?.timelineDropped ?? 0) > 20);
    t.equal(record?.timeline[0]?.what, 'exited', 'how it began is kept');
    t.match(record?.probableCause, {
      component: 'reply',
      confidence: 0.82,
      why: /three times for the same reason/,
    });
    t.same(
      new Set(run.orders.map((order) => (order.kind === 'act' ? order.component : 'reply'))),
      new Set(['reply']),
    );
    t.ok(run.levels.length <= 6, `told ${run.levels.join(' ')}`);

    run.health('reply', 'well');
    run.pass(10_000);
    t.same(run.desk.open, []);
    t.equal(run.levels.at(-1), 'recovered');
    t.equal(run.levels.filter((level) => level === 'recovered').length, 1);
    t.end();
  },
);

void t.test('an incident that stays open is told at once, after 1, 5 and 15 minutes, then hourly', (t) => {
  const run = new DeskRun();
  run.health('audio:demo', 'down');
  const toldAt: number[] = [];
  const see = (orders: { kind: string }[]) => {
    if (orders.some(({ kind }) => kind === 'tell')) toldAt.push(Math.round(run.now / 1_000));
  };
  see(run.signal('audio:demo', 'gave-up'));
  for (let second = 0; second < 2 * 3_600 + 1_200; second++) see(run.pass(1_000));
  t.same(toldAt, [0, 60, 300, 900, 4_500, 8_100]);
  t.end();
});

void t.test('what returns within a minute of closing continues the incident and has to hold longer', (t) => {
  const run = new DeskRun();
  for (let crash = 0; crash < 5; crash++) {
    run.health('ingest', 'down');
    run.signal('ingest', 'exited', { detail: 'code 1' });
    run.pass(500);
    run.health('ingest', 'well');
    run.pass(30_000);
  }
  t.equal(run.desk.open.length + run.desk.recent.length, 1);
  const [record] = [...run.desk.open, ...run.desk.recent];
  t.match(record, { occurrences: 5, reopened: 4 });
  t.ok(run.levels.length <= 6, `five crashes in 150 s ring no more than this: ${run.levels.join(' ')}`);
  run.pass(120_000);
  t.equal(run.desk.recent[0]?.recoveryMs, 2_500, 'the five outages added');
  t.equal(run.levels.at(-1), 'recovered');

  run.signal('ingest', 'exited', { detail: 'code 1' });
  t.not(run.desk.open[0]?.id, record?.id, 'later it is a new one');
  t.end();
});

void t.test(
  'somebody who kills again and again makes one incident, though each time another takes over',
  (t) => {
    const run = new DeskRun();
    for (let kill = 0; kill < 5; kill++) {
      run.signal('ingest', 'exited', { detail: 'ended by SIGKILL' });
      run.signal('ingest', 'promoted', { detail: 'ingest epoch 2' });
      run.pass(20_000);
    }
    t.equal(run.desk.open.length + run.desk.recent.length, 1);
    const [record] = [...run.desk.open, ...run.desk.recent];
    t.match(record, { occurrences: 5, probableCause: { component: 'outside' } });
    t.end();
  },
);

void t.test('slow flapping wears the gentle actions out', (t) => {
  const run = new DeskRun();
  for (let crash = 0; crash < 12; crash++) {
    run.health('tts', 'down');
    run.signal('tts', 'exited', { detail: 'code 1' });
    run.pass(2_000);
    run.health('tts', 'well');
    run.pass(20_000);
  }
  t.ok(run.actions.includes('restart') && run.actions.includes('degrade'), run.actions.join(' '));
  t.equal(run.desk.open.length + run.desk.recent.length, 1);
  t.end();
});

void t.test('what is back at once each time is never ended by a playbook, and people hear of it', (t) => {
  for (const [component, kind] of [
    ['tts', 'exited'],
    ['bus', 'bus-down'],
  ] as const) {
    const run = new DeskRun();
    for (let crash = 0; crash < 20; crash++) {
      run.health(component, 'down');
      run.signal(component, kind, { detail: 'killed' });
      run.pass(300);
      run.health(component, 'well');
      if (component === 'bus') run.signal('bus', 'bus-up');
      run.pass(5_300);
    }
    t.same(run.actions, [], component);
    t.match(run.desk.open, [{ peopleAsked: true }]);
    run.pass(120_000);
    t.same(run.desk.open, []);
  }
  t.end();
});

void t.test('a working service is not restarted because its spare is missing', (t) => {
  const run = new DeskRun();
  run.health('tts', 'degraded');
  run.signal('tts', 'exited');
  run.pass(300_000);
  t.same(run.actions, []);
  t.match(run.desk.open[0], { state: 'unresolved', severity: 'warning', downMs: 0 });
  run.health('tts', 'down');
  run.pass(1_500);
  t.match(run.desk.open[0], { state: 'unresolved', severity: 'warning' }, 'another may take over');
  run.pass(60_000);
  t.match(run.desk.open[0], { severity: 'critical' }, 'now nothing works');
  t.ok(run.actions.includes('restart'));
  run.health('tts', 'well');
  run.pass(3_000);
  t.same(run.desk.open, []);
  t.end();
});

void t.test('the consequences of one cause make one message for each role, and name the cause', (t) => {
  const run = new DeskRun();
  run.health('bus', 'down');
  run.signal('bus', 'bus-down', { detail: 'exit code 1' });
  run.pass(1_000);
  for (let room = 0; room < 20; room++) {
    run.health(`audio:${room}`, 'down');
    run.signal(`audio:${room}`, 'reconnect-failed', { detail: 'timeout' });
  }
  t.same(run.levels, ['warning', 'warning']);
  for (const { component, probableCause } of run.desk.open)
    if (component !== 'bus') t.match(probableCause, { component: 'bus', why: /had been lost/ });
  run.signal('bus', 'bus-up');
  run.allWell();
  run.pass(3_000);
  t.same(run.desk.open, []);
  t.same(run.levels, ['warning', 'warning', 'recovered', 'recovered']);
  t.end();
});

void t.test('an action on what all share is ordered once at a time', (t) => {
  const run = new DeskRun();
  run.signal('configuration', 'reload-begun');
  for (const component of ['tts', 'reply', 'ingest']) {
    run.health(component, 'down');
    run.signal(component, 'refused', { detail: 'voice must be one of …' });
  }
  t.same(run.actions, ['roll-back-configuration']);
  t.ok(
    run.desk.open.every(({ actions }) => actions[0]?.outcome === 'pending'),
    'the others wait for it',
  );
  t.end();
});

void t.test('a crash just after a reload is answered by rolling the configuration back first', (t) => {
  const run = new DeskRun();
  run.signal('configuration', 'reload-begun', { detail: 'onair.yaml changed' });
  run.signal('tts', 'spawned', { child: 'tts.2' });
  run.pass(2_000);
  run.health('tts', 'down');
  run.signal('tts', 'start-failed', { child: 'tts.2', detail: 'code 1' });
  run.pass(31_000);
  t.equal(run.desk.open[0]?.probableCause.component, 'configuration');
  t.same(run.actions, ['roll-back-configuration']);
  t.end();
});

void t.test('the planned end of a retired child is no fault, that of its successor is', (t) => {
  const run = new DeskRun();
  run.signal('tts', 'retired', { child: 'tts-1', detail: 'old age' });
  run.signal('tts', 'exited', { child: 'tts-1', detail: 'code 0' });
  t.same(run.desk.open, []);
  run.signal('tts', 'spawned', { child: 'tts-1' });
  run.signal('tts', 'exited', { child: 'tts-1', detail: 'code 1' });
  t.equal(run.desk.open[0]?.problem, 'crash');
  t.end();
});

void t.test('the end of a process that an action restarts is no new fault', (t) => {
  const run = new DeskRun();
  run.health('tts', 'down');
  run.signal('tts', 'reconnect-failed');
  run.pass(15_000);
  t.same(run.actions, ['reconnect']);
  run.signal('tts', 'exited', { detail: 'restarted by a playbook' });
  t.equal(run.desk.open.length, 1);
  t.equal(run.desk.open[0]?.timeline.at(-1)?.what, 'exited');
  run.health('tts', 'well');
  run.pass(3_000);
  t.match(run.desk.recent, [{ occurrences: 1, actions: [{ outcome: 'failed' }, { outcome: 'worked' }] }]);
  run.signal('tts', 'exited', { detail: 'code 1' });
  t.equal(run.desk.open[0]?.problem, 'crash', 'a later one is');
  t.end();
});

void t.test('a condition that lasts needs its sign, or a long quiet', (t) => {
  const run = new DeskRun();
  run.signal('tts', 'memory-soft', { detail: '412 MB' });
  run.pass(20_000);
  t.equal(run.desk.open.length, 1, 'being well proves nothing');
  run.signal('tts', 'promoted');
  run.pass(3_000);
  t.same(run.desk.open, []);
  t.same(run.actions, []);

  for (let second = 0; second < 30; second++) {
    run.signal('reply', 'cpu-high', { detail: '99 %' });
    run.pass(1_000);
  }
  run.pass(31_900);
  t.equal(run.desk.open.length, 1);
  run.pass(100);
  t.same(run.desk.open, [], 'not told of any more, so it is over');
  t.equal(run.desk.recent[0]?.occurrences, 30);

  run.signal('host', 'disk-low', { detail: '800 MB free' });
  run.pass(3_600_000, 5_000);
  t.match(
    run.desk.open,
    [{ problem: 'disk-low', state: 'unresolved' }],
    'told once, it lasts until its end is told',
  );
  run.signal('host', 'disk-ok');
  run.pass(3_000);
  t.same(run.desk.open, []);
  t.end();
});

void t.test('a false alarm closes the incident without waiting', (t) => {
  const run = new DeskRun();
  run.signal('tts', 'heartbeat-missed');
  run.signal('tts', 'false-alarm', { detail: 'the supervisor was late' });
  run.tick();
  t.same(run.desk.open, []);
  t.equal(run.desk.recent[0]?.timeline.at(-1)?.detail, 'it was a false alarm');
  t.same(run.levels, ['warning', 'recovered']);
  t.end();
});

void t.test('time that the supervisor lost is not held against an action', (t) => {
  const run = new DeskRun();
  run.health('tts', 'down');
  run.signal('tts', 'exited');
  run.now += 60_000;
  run.signal('supervisor', 'supervisor-late');
  run.pass(14_000);
  t.equal(run.desk.open.find(({ component }) => component === 'tts')?.actions.length, 1);
  run.pass(1_000);
  t.equal(run.desk.open.find(({ component }) => component === 'tts')?.actions.length, 2);
  t.end();
});

void t.test('a clock that is set back stops nothing', (t) => {
  const run = new DeskRun();
  run.health('tts', 'down');
  run.signal('tts', 'exited');
  run.now -= 3_600_000;
  run.pass(16_000);
  t.same(run.actions, ['degrade']);
  run.health('tts', 'well');
  run.pass(3_000);
  t.same(run.desk.open, []);
  t.end();
});

void t.test('open incidents are bounded, with room kept for critical ones', (t) => {
  const run = new DeskRun({ maxOpen: 8, maxHistory: 3 });
  for (let room = 0; room < 20; room++) run.signal(`audio:${room}`, 'exited');
  t.equal(run.desk.open.length, 6);
  for (let room = 20; room < 40; room++) run.signal(`audio:${room}`, 'quarantined');
  t.equal(run.desk.open.length, 8);
  t.equal(run.desk.omitted, 14 + 18);
  run.pass(20_000);
  t.same(run.desk.open, []);
  t.equal(run.desk.recent.length, 3);
  t.end();
});

void t.test(
  'a problem that returns once the disk is free again is another one, and not blamed on the disk',
  (t) => {
    const run = new DeskRun();
    const fail = (detail: string) => {
      run.health('tts', 'down');
      run.signal('tts', 'exited', { detail });
      run.pass(500);
      run.health('tts', 'well');
      run.pass(10_000);
    };
    run.signal('host', 'disk-full');
    fail('code 1');
    fail('code 2');
    run.signal('host', 'disk-ok');
    run.pass(100);
    fail('code 3');
    const ofTts = run.desk.recent.filter(({ component }) => component === 'tts');
    t.match(ofTts, [
      { reopened: 0, probableCause: { component: 'tts', confidence: 0.2 } },
      { reopened: 1, probableCause: { component: 'host', why: /^the disk was full/ } },
    ]);
    t.notMatch(ofTts[0]?.summary, /disk/);
    t.end();
  },
);

void t.test('a spare that fails again and again is a warning that says that the service works', (t) => {
  const run = new DeskRun();
  run.health('tts', 'degraded');
  const spare = { child: 'tts.2', detail: 'ended with code 1', standIn: 'all' } as const;
  run.signal('tts', 'start-failed', spare);
  for (let failure = 0; failure < 6; failure++) {
    run.pass(5_000);
    run.signal('tts', 'start-failed', spare);
  }
  run.signal('tts', 'quarantined', spare);
  t.match(run.desk.open, [
    {
      problem: 'spare-missing',
      severity: 'warning',
      impact: { services: ['tts'], promises: [] },
      summary: /^tts works, and only its spare is missing \(/,
    },
  ]);
  t.notMatch(run.desk.open[0]?.summary, /at stake/);
  run.pass(5 * 60_000);
  t.match(run.desk.open, [{ severity: 'warning', state: 'unresolved' }]);
  t.same(run.actions, [], 'nothing that works is touched');
  t.same(new Set(run.levels), new Set(['warning']));

  run.health('tts', 'down');
  run.signal('tts', 'exited', { child: 'tts', detail: 'ended by SIGKILL' });
  t.match(run.desk.open, [{ problem: 'crash', impact: { promises: ['voice', 'answers'] } }]);
  run.pass(20_000);
  t.match(run.desk.open, [{ severity: 'critical' }], 'now nobody does its work');
  t.ok(run.actions.includes('restart'));
  run.allWell();
  run.pass(30_000);
  t.same(run.desk.open, []);
  t.equal(run.levels.at(-1), 'recovered');
  t.end();
});
