import t from 'tap';
import { noBackoff } from '../../supervisor/backoff.ts';
import { step } from '../../supervisor/child-life.ts';
import type { ChildRecord, LifeEvent, Step } from '../../supervisor/child-record.ts';
import { newChild, pidOf } from '../../supervisor/child-record.ts';
import { specOf } from './child-specs.ts';

const spec = specOf('tts');

/** The child after some events, each at its time. */
function after(...events: [number, LifeEvent][]): Step {
  let result: Step = { child: newChild(spec), effects: [] };
  for (const [now, event] of events) result = step(result.child, event, now);
  return result;
}

const toSpare: [number, LifeEvent][] = [
  [0, { kind: 'start', edition: 3 }],
  [0, { kind: 'spawned', pid: 42 }],
  [100, { kind: 'registered' }],
  [100, { kind: 'may-initialise' }],
  [200, { kind: 'initialised', address: 'x:1' }],
];
const toRunning: [number, LifeEvent][] = [
  ...toSpare,
  [200, { kind: 'promote', duty: { lease: 'tts/1', epoch: 7 } }],
  [300, { kind: 'started' }],
];
const died: LifeEvent = { kind: 'exited', reason: 'ended with code 1', exit: 'failed' };
const beat: LifeEvent = {
  kind: 'heartbeat',
  inFlight: 0,
  lastProgressAt: 0,
  connected: true,
  busReady: true,
};
const busy = (change: Partial<typeof beat> = {}): LifeEvent => ({
  ...beat,
  inFlight: 2,
  lastProgressAt: 5,
  ...change,
});

void t.test('step() takes a child through register, initialise, spare and start', (t) => {
  t.same(after(...toRunning.slice(0, 1)).effects, [{ kind: 'spawn' }]);
  t.same(after(...toRunning.slice(0, 4)).effects, [{ kind: 'initialise' }]);
  t.match(after(...toSpare).child, { life: { name: 'initialised' }, duty: undefined });
  t.same(after(...toRunning.slice(0, 6)).effects, [{ kind: 'start', duty: { lease: 'tts/1', epoch: 7 } }]);
  t.match(after(...toRunning).child, {
    life: { name: 'running', pid: 42, readySince: 200 },
    address: 'x:1',
    duty: { lease: 'tts/1', epoch: 7 },
    restarts: 0,
    generation: 1,
    edition: 3,
  });
  t.end();
});

void t.test('step() waits no time for the first restart, and goes on from the generation that was', (t) => {
  const { child } = after(...toRunning, [1_000, died]);
  t.match(child, { life: { name: 'backoff', until: 1_000 }, duty: undefined, restarts: 1 });
  t.match(step(child, { kind: 'start', edition: 3 }, 1_000).child, {
    life: { name: 'spawning' },
    generation: 2,
  });
  t.match(step(newChild(spec, 'tts.2', 8), { kind: 'start', edition: 1 }, 0).child.generation, 9);
  t.end();
});

void t.test('step() asks a child that is late in any phase for a report, and ends it', (t) => {
  for (const [count, reason] of [
    [2, /not registered within 1000 ms/],
    [4, /not initialised within/],
    [6, /not started within/],
  ] as const) {
    const late = after(...toRunning.slice(0, count), [1_300, beat], [1_300, { kind: 'tick' }]);
    t.same(late.effects, [{ kind: 'report' }]);
    t.match(late.child.life, { name: 'ending', stage: 'report', reason });
    t.same(step(late.child, { kind: 'tick' }, 1_599).effects, []);
    const killed = step(late.child, { kind: 'tick' }, 1_600);
    t.same(killed.effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
    t.match(step(killed.child, died, 1_610).child, { life: { name: 'backoff' }, lastReason: reason });
  }
  t.end();
});

void t.test(
  'step() counts what a failed start took, as far as it went, as part of the longest delay',
  (t) => {
    const condemned: LifeEvent = { kind: 'condemn', reason: 'used 900 MB', again: true, stage: 'kill' };
    const delayAfter = (now: number, end?: LifeEvent) => {
      // It has been initialising since 100.
      const starting = after(...toRunning.slice(0, 4)).child;
      const child = { ...starting, backoff: { ...noBackoff, level: 9, quarantined: true } };
      const { life } = step(end ? step(child, end, now).child : child, died, now, 0).child;
      return life.name === 'quarantined' ? life.until - now : life.name;
    };
    t.equal(delayAfter(200), 13_900);
    t.equal(delayAfter(200, condemned), 13_900);
    t.equal(delayAfter(1_100, { kind: 'tick' }), 13_000);
    t.end();
  },
);

void t.test('step() does not count the time in which a child waits for others', (t) => {
  t.equal(after(...toRunning.slice(0, 3), [900_000, { kind: 'tick' }]).child.life.name, 'registered');
  t.end();
});

void t.test('step() ends a silent child at its heartbeat deadline, a spare too', (t) => {
  for (const begin of [toSpare, toRunning]) {
    t.same(after(...begin, [2_000, beat], [4_400, { kind: 'tick' }]).effects, []);
    const { child, effects } = after(...begin, [2_000, beat], [4_500, { kind: 'tick' }]);
    t.same(effects, [{ kind: 'report' }]);
    t.match(child, {
      duty: undefined,
      life: { name: 'ending', again: true, reason: /no heartbeat for 2500 ms/ },
    });
  }
  t.end();
});

void t.test(
  'step() leaves its duty to one that holds a place until it is gone, or does not end by SIGKILL',
  (t) => {
    let { child } = after(...toRunning);
    child = { ...child, spec: { ...spec, holdsPlace: true } };
    const tick = (now: number) => step(child, { kind: 'tick' }, now);
    child = tick(2_800).child;
    t.match(child, { duty: { lease: 'tts/1' }, life: { name: 'ending', stage: 'report' } });
    t.match(step(child, died, 2_900).child, { duty: undefined, life: { name: 'backoff' } });
    child = tick(3_100).child;
    t.match(child, { duty: { lease: 'tts/1' }, life: { stage: 'kill' } });
    t.equal(tick(8_000).child, child);
    const again = tick(8_100);
    t.same(again.effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
    t.equal(again.child.duty, undefined, 'others go on');
    t.end();
  },
);

void t.test('step() ends one that has work in hand and finishes nothing, unless the bus is away', (t) => {
  const run = (event: LifeEvent) => {
    let { child } = after(...toRunning);
    for (let now = 500; now <= 30_500 && child.life.name === 'running'; now += 500) {
      child = step(child, event, now).child;
      child = step(child, { kind: 'tick' }, now).child;
    }
    return child.life;
  };
  t.match(run(busy()), { name: 'ending', reason: /finished nothing for 30000 ms/ });
  t.equal(run(busy({ busReady: false, connected: false })).name, 'running');
  t.equal(run(beat).name, 'running', 'nothing in hand');
  t.match(run({ ...beat, connected: false }), { name: 'ending', reason: /did not find the bus again/ });
  t.end();
});

void t.test('step() drains, then ends politely, then by force, and frees the slot only at the exit', (t) => {
  const order = { kind: 'drain', deadline: 3_000, handOver: false, again: false } as const;
  const draining = after(...toRunning, [1_000, order]);
  t.same(draining.effects, [{ kind: 'drain', deadlineMs: 2_000, handOver: false }]);
  const asked = step(draining.child, { kind: 'tick' }, 3_000);
  t.same(asked.effects, [{ kind: 'signal', signal: 'SIGTERM' }]);
  const forced = step(asked.child, { kind: 'tick' }, 3_500);
  t.same(forced.effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
  t.same(step(forced.child, { kind: 'tick' }, 8_000).effects, []);
  t.same(
    step(forced.child, { kind: 'tick' }, 8_500).effects,
    forced.effects,
    'again, when it is still there',
  );
  t.equal(pidOf(forced.child), 42);
  t.equal(step(forced.child, died, 9_001).child.life.name, 'stopped');
  t.equal(step(draining.child, died, 1_500).child.life.name, 'stopped');
  t.end();
});

void t.test('step() kills one at once that was to hand over and goes on speaking', (t) => {
  const order = { kind: 'drain', deadline: 2_000, handOver: true, again: true } as const;
  const silent = after(...toRunning, [1_000, order], [2_000, { kind: 'tick' }]);
  t.same(silent.effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
  const yielded = after(
    ...toRunning,
    [1_000, order],
    [1_100, { kind: 'yielded' }],
    [2_000, { kind: 'tick' }],
  );
  t.same(yielded.effects, [{ kind: 'signal', signal: 'SIGTERM' }]);
  t.match(after(...toRunning, [1_000, order], [1_200, died]).child, {
    life: { name: 'backoff', until: 1_200 },
    restarts: 0,
  });
  t.end();
});

void t.test('step() does not start a child again that says it is of no use', (t) => {
  for (const exit of ['refused', 'gave-up'] as const) {
    const { child } = after(...toRunning, [1_500, { ...died, exit }]);
    t.equal(child.life.name, exit);
    t.same(step(child, { kind: 'tick' }, 1_000_000).effects, []);
    t.equal(step(child, { kind: 'wake' }, 1_000_000).child.life.name, exit);
  }
  t.end();
});

void t.test('step() restarts by type: always, after a failure, or never', (t) => {
  const names = (['permanent', 'transient', 'temporary'] as const).map((restart) => {
    const { child } = after(...toRunning);
    const typed: ChildRecord = { ...child, spec: { ...spec, restart } };
    return [step(typed, { ...died, exit: 'clean' }, 900), step(typed, died, 900)].map(
      ({ child: { life } }) => life.name,
    );
  });
  t.same(names, [
    ['backoff', 'backoff'],
    ['stopped', 'backoff'],
    ['stopped', 'stopped'],
  ]);
  t.end();
});

void t.test('step() ends a process that was given up before it was there', (t) => {
  const start: [number, LifeEvent] = [0, { kind: 'start', edition: 3 }];
  const drain: [number, LifeEvent] = [0, { kind: 'drain', deadline: 5_000, handOver: true, again: false }];
  const { child, effects } = after(start, drain, [0, { kind: 'spawned', pid: 42 }]);
  t.match(child.life, { name: 'ending', pid: 42, stage: 'term' });
  t.same(effects, [{ kind: 'signal', signal: 'SIGTERM' }]);
  t.match(step(child, died, 10).child.life, { name: 'stopped' });
  t.end();
});

void t.test('step() throws for what cannot happen, naming state and event', (t) => {
  t.throws(
    () => step(newChild(spec), { kind: 'may-initialise' }, 0),
    /"tts" got may-initialise while stopped/,
  );
  t.throws(() => step(newChild(spec), died, 0), /got exited while stopped/);
  t.throws(
    () => step(after(...toRunning).child, { kind: 'promote', duty: { lease: '', epoch: 1 } }, 0),
    /got promote/,
  );
  t.end();
});
