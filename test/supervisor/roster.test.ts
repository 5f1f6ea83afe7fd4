import t from 'tap';
import { conditionOf, missingServices } from '../../supervisor/roster-state.ts';
import { specOf } from './child-specs.ts';
import { Troupe } from './troupe.ts';

void t.test('handle() lets a spare take over in the very step in which its predecessor ends', (t) => {
  const troupe = new Troupe([specOf('reply')]);
  t.same(troupe.view, ['reply running reply@1', 'reply.2 initialised']);
  troupe.take();
  troupe.dies('reply', 'killed');
  t.same(troupe.take(), ['reply.2 start'], 'and nothing else is done then');
  t.same(troupe.view, ['reply backoff', 'reply.2 running reply@2']);
  t.end();
});

void t.test('handle() starts a new process once who took over has had a second to itself', (t) => {
  const troupe = new Troupe([specOf('reply')]);
  troupe.dies('reply', 'killed');
  troupe.pass(750);
  t.same(troupe.view, ['reply backoff', 'reply.2 running reply@2']);
  troupe.pass(500);
  t.same(troupe.view, ['reply initialised', 'reply.2 running reply@2']);
  troupe.dies('reply.2', 'killed');
  troupe.pass(250);
  troupe.take();
  troupe.dies('reply', 'killed');
  t.match(troupe.take(), [/reply.* spawn/], 'at once where nobody is left');
  t.end();
});

void t.test('handle() makes spares only once the service has worked, and one at a time', (t) => {
  const troupe = new Troupe([specOf('audio', { spares: 2 }), specOf('tts', { dependsOn: ['audio'] })], {
    spares: false,
  });
  t.same(
    troupe.view,
    ['audio running audio@1', 'tts running tts@1'],
    'the first sound does not wait for spares',
  );
  troupe.lame.add('audio.2');
  troupe.tell({ kind: 'allow-spares' });
  t.same(troupe.view.slice(2), ['audio.2 initialising'], 'the next one waits for it');
  troupe.lame.clear();
  troupe.tellChild('audio.2', { kind: 'initialised', address: '' });
  t.same(troupe.view.slice(2), ['audio.2 initialised', 'audio.3 initialised', 'tts.2 initialised']);
  t.equal(conditionOf(troupe.roster.state, 'audio'), 'well');
  t.end();
});

void t.test(
  'handle() lets a service work only when those that it depends on do, or are known not to',
  (t) => {
    const troupe = new Troupe([
      specOf('audio', { spares: 0 }),
      specOf('tts', { dependsOn: ['audio'], spares: 0 }),
    ]);
    t.same(troupe.view, ['audio running audio@1', 'tts running tts@1']);
    const lame = new Troupe([
      specOf('audio', { spares: 0, needsAddressOf: ['tts'] }),
      specOf('tts', { dependsOn: ['audio'], spares: 0 }),
    ]);
    t.same(lame.view, ['audio registered', 'tts initialised']);
    lame.dies('audio', 'gave-up');
    t.same(lame.view, ['audio gave-up', 'tts running tts@1']);
    t.end();
  },
);

void t.test('handle() swaps an exclusive child only after it has yielded', (t) => {
  const troupe = new Troupe([specOf('audio')]);
  troupe.deaf.add('audio');
  troupe.take();
  troupe.tell({ kind: 'retire', id: 'audio', reason: 'is old' });
  t.same(troupe.take(), ['audio drain']);
  troupe.tellChild('audio', { kind: 'yielded' });
  t.same(troupe.take(), ['audio.2 start']);
  t.same(troupe.view, ['audio draining', 'audio.2 running audio@2']);
  troupe.deaf.clear();
  troupe.dies('audio', 'clean');
  t.same(troupe.view, ['audio initialised', 'audio.2 running audio@2']);
  t.end();
});

void t.test(
  'handle() ends an exclusive child that does not yield, and its successor has a higher epoch',
  (t) => {
    const troupe = new Troupe([specOf('audio')]);
    troupe.deaf.add('audio');
    troupe.tell({ kind: 'retire', id: 'audio', reason: 'is old' });
    troupe.take();
    troupe.pass(1_000);
    t.same(troupe.take().slice(0, 2), ['audio SIGKILL', 'audio.2 start']);
    t.ok(troupe.view.includes('audio.2 running audio@2'));
    t.end();
  },
);

void t.test('handle() swaps others side by side: the new one works before the old one goes', (t) => {
  const troupe = new Troupe([specOf('tts', { exclusive: false })]);
  troupe.deaf.add('tts');
  troupe.take();
  troupe.tell({ kind: 'retire', id: 'tts', reason: 'is old' });
  t.same(troupe.take(), ['tts.2 start', 'tts drain']);
  t.same(troupe.view, ['tts draining tts/1@1', 'tts.2 running tts/2@2'], 'each has a lease of its own');
  t.end();
});

void t.test('handle() replaces what has no spare by a successor that is ready first', (t) => {
  const troupe = new Troupe([specOf('audio', { spares: 0 })]);
  troupe.take();
  troupe.tell({ kind: 'retire', id: 'audio', reason: 'is old' });
  t.same(
    troupe.take(),
    ['audio.2 spawn', 'audio.2 initialise', 'audio drain', 'audio.2 start'],
    'and none is started for nothing',
  );
  t.same(troupe.view, ['audio.2 running audio@2']);
  t.end();
});

void t.test('handle() replaces what cannot be swapped where it stands, also when a spare waits', (t) => {
  const troupe = new Troupe([specOf('sim', { swappable: false })]);
  troupe.deaf.add('sim');
  troupe.tell({ kind: 'retire', id: 'sim', reason: 'is old' });
  t.same(troupe.view, ['sim draining sim@1', 'sim.2 initialised'], 'nobody else while it may still speak');
  troupe.dies('sim', 'clean');
  t.same(troupe.view.toSorted(), ['sim initialised', 'sim.2 running sim@2']);
  t.end();
});

void t.test('handle() scales up with those who stand by, and down with those who are at work', (t) => {
  const troupe = new Troupe([specOf('tts', { exclusive: false, replicas: { min: 1, max: 3 } })]);
  troupe.tell({ kind: 'scale', service: 'tts', wanted: 9 });
  t.equal(troupe.view.filter((line) => line.includes('running')).length, 3, 'at most');
  t.equal(troupe.view.filter((line) => line.includes('initialised')).length, 1);
  troupe.tell({ kind: 'scale', service: 'tts', wanted: 0 });
  t.equal(troupe.view.filter((line) => line.includes('running')).length, 1, 'at least');
  t.equal(troupe.view.length, 2);
  t.equal(new Set(troupe.view.flatMap((line) => line.split(' ')[2] ?? [])).size, 1);
  t.end();
});

void t.test('handle() makes a spare of one that is at work and not needed there', (t) => {
  const troupe = new Troupe([specOf('tts', { exclusive: false, replicas: { min: 1, max: 2 }, spares: 1 })]);
  troupe.tell({ kind: 'scale', service: 'tts', wanted: 2 });
  troupe.lame.add('tts');
  troupe.dies('tts');
  t.equal(troupe.view.filter((line) => line.includes('running')).length, 2);
  // Now two work, and the third has not come back.
  troupe.lame.add('tts.2').add('tts.3');
  troupe.tell({ kind: 'scale', service: 'tts', wanted: 1 });
  t.equal(troupe.view.filter((line) => line.includes('running')).length, 1);
  troupe.lame.clear();
  troupe.pass(10_000);
  t.equal(conditionOf(troupe.roster.state, 'tts'), 'well');
  t.end();
});

void t.test('handle() tries one that keeps failing seldom, and forgets it when it has been well', (t) => {
  const troupe = new Troupe([specOf('tts', { spares: 0 })]);
  const states: string[] = [];
  for (let deaths = 0; deaths < 6; deaths++) {
    troupe.dies('tts');
    states.push(troupe.child('tts').life.name);
    const { life } = troupe.child('tts');
    if (life.name === 'backoff') troupe.pass(life.until - troupe.now);
  }
  t.equal(states.at(-1), 'quarantined');
  t.notOk(states.slice(0, 5).includes('quarantined'));
  troupe.pass(28_000);
  t.same(troupe.view, ['tts running tts@7'], 'it is never given up');
  t.equal(troupe.child('tts').backoff.quarantined, true);
  troupe.pass(60_250);
  t.equal(troupe.child('tts').backoff.quarantined, false);
  t.end();
});

void t.test('handle() lets nobody wait for one that hangs at each start', (t) => {
  const specs = [
    specOf('tts', { spares: 0, readyTimeoutMs: 15_000 }),
    specOf('reply', { dependsOn: ['tts'], spares: 0 }),
  ];
  const troupe = new Troupe(specs, { lame: ['tts'] });
  const isHopeless = () => missingServices(troupe.roster.state).every((missing) => missing.isHopeless);
  troupe.pass(20_000);
  t.same(troupe.view, ['tts initialising', 'reply initialised'], 'once may be chance');
  t.notOk(isHopeless());
  troupe.pass(15_000);
  t.match(troupe.view[1], 'reply running reply@1');
  for (let ms = 0; ms < 120_000; ms += 1_000) {
    troupe.pass(1_000);
    t.ok(isHopeless(), 'also while it is being tried');
  }
  t.ok(troupe.child('tts').restarts <= 8, 'not without a pause');
  troupe.lame.clear();
  troupe.pass(30_000);
  t.equal(conditionOf(troupe.roster.state, 'tts'), 'well');
  t.end();
});

void t.test('handle() tries at once who was waiting for the bus, or for another service', (t) => {
  const troupe = new Troupe([
    specOf('audio', { spares: 0 }),
    specOf('tts', { spares: 0, dependsOn: ['audio'] }),
  ]);
  const waits = () => {
    while (troupe.child('tts').life.name !== 'quarantined') {
      troupe.pass(5_000);
      if (troupe.child('tts').life.name === 'running') troupe.dies('tts');
      for (let index = 0; index < 6 && troupe.child('tts').life.name !== 'quarantined'; index++) {
        const { life } = troupe.child('tts');
        if (life.name === 'backoff') troupe.pass(life.until - troupe.now);
        if (troupe.child('tts').life.name === 'running') troupe.dies('tts');
      }
    }
  };
  waits();
  troupe.tell({ kind: 'bus', ready: false });
  troupe.tell({ kind: 'bus', ready: true });
  t.equal(troupe.child('tts').life.name, 'running');
  troupe.dies('tts');
  t.equal(troupe.child('tts').life.name, 'quarantined');
  troupe.dies('audio');
  t.equal(troupe.child('audio').life.name, 'running');
  t.equal(troupe.child('tts').life.name, 'running');
  t.end();
});

void t.test('handle() starts one that refuses its configuration, or gives up, with another one only', (t) => {
  for (const exit of ['refused', 'gave-up'] as const) {
    const troupe = new Troupe([specOf('sim', { swappable: false, spares: 0 })]);
    troupe.dies('sim', exit);
    troupe.pass(120_000);
    t.same(troupe.view, [`sim ${exit}`]);
    troupe.tell({ kind: 'reload', specs: [specOf('sim', { swappable: false, spares: 0 })], edition: 2 });
    t.same(troupe.view, ['sim running sim@2'], 'also when its settings are the same');
  }
  t.end();
});

void t.test(
  'handle() gives a service that comes back higher epochs, and its children higher generations',
  (t) => {
    const both = [specOf('audio:a', { spares: 0 }), specOf('audio:b', { spares: 0 })];
    const troupe = new Troupe(both);
    troupe.dies('audio:b');
    t.same(troupe.view, ['audio:a running audio:a@1', 'audio:b running audio:b@2']);
    troupe.tell({ kind: 'reload', specs: both.slice(0, 1), edition: 2 });
    troupe.pass(11_000);
    t.notOk(troupe.roster.state.services.has('audio:b'));
    troupe.tell({ kind: 'reload', specs: both, edition: 3 });
    troupe.pass(1_000);
    t.match(troupe.child('audio:b').duty, { lease: 'audio:b', epoch: 3 });
    t.equal(troupe.child('audio:b').generation, 3);
    t.end();
  },
);

void t.test(
  'handle() goes on above the epochs of an earlier supervisor, of services that come later too',
  (t) => {
    const troupe = new Troupe([specOf('audio:a', { spares: 0 })]);
    troupe.tell({
      kind: 'epochs',
      epochs: new Map([
        ['audio:a', 40],
        ['audio:b', 50],
      ]),
    });
    troupe.dies('audio:a');
    troupe.tell({
      kind: 'reload',
      specs: [specOf('audio:a', { spares: 0 }), specOf('audio:b', { spares: 0 })],
      edition: 2,
    });
    t.equal(troupe.child('audio:b').duty?.epoch, 51);
    t.equal(troupe.roster.state.services.get('audio:a')?.epoch, 42);
    t.end();
  },
);

void t.test(
  'handle() stops what waits at once, each layer when it is asked, and starts nothing any more',
  (t) => {
    const troupe = new Troupe([specOf('audio'), specOf('tts', { dependsOn: ['audio'] })]);
    troupe.deaf.add('tts');
    troupe.tell({ kind: 'stop', services: ['tts'], deadline: troupe.now + 1_000 });
    t.same(troupe.view, ['audio running audio@1', 'tts draining tts@1', 'audio.2 stopped', 'tts.2 stopped']);
    troupe.pass(2_000);
    t.equal(troupe.child('tts').life.name, 'stopped', 'by force in the end');
    troupe.dies('audio', 'killed');
    troupe.take();
    troupe.tell({ kind: 'stop', services: ['audio'], deadline: troupe.now + 1_000 });
    troupe.pass(60_000);
    t.same(troupe.take(), []);
    t.end();
  },
);

void t.test('handle() drops what an earlier process says', (t) => {
  const troupe = new Troupe([specOf('tts', { spares: 0 })]);
  const { generation } = troupe.child('tts');
  troupe.dies('tts');
  const view = troupe.view;
  troupe.tell({
    kind: 'child',
    id: 'tts',
    generation,
    event: { kind: 'exited', reason: 'again', exit: 'failed' },
  });
  troupe.tell({ kind: 'child', id: 'nobody', generation: 1, event: { kind: 'registered' } });
  t.same(troupe.view, view);
  t.end();
});
