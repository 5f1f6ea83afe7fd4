import t from 'tap';
import type { ChildRecord, LifeEvent } from '../../supervisor/child-life.ts';
import { newChild, permits, pidOf, step } from '../../supervisor/child-life.ts';
import type { ChildSpec } from '../../supervisor/child-spec.ts';

const spec: ChildSpec = {
  id: 'tts',
  role: 'tts',
  subject: '',
  entry: 'workers/tts/main.ts',
  dependsOn: ['audio:demo'],
  needsAddressOf: [],
  needsBus: true,
  readyTimeoutMs: 1_000,
  heartbeatDeadlineMs: 2_500,
  termMs: 500,
  limitMb: 512,
};

const lifeName = (child: ChildRecord): string => child.life.name;

/** The child after some events, each at its time. */
function after(...events: [number, LifeEvent][]): ReturnType<typeof step> {
  let result: ReturnType<typeof step> = { child: newChild(spec), effects: [] };
  for (const [now, event] of events) result = step(result.child, event, now);
  return result;
}

const toRunning: [number, LifeEvent][] = [
  [0, { kind: 'start' }],
  [0, { kind: 'spawned', pid: 42 }],
  [100, { kind: 'registered' }],
  [100, { kind: 'may-initialise' }],
  [200, { kind: 'initialised', address: 'x:1' }],
  [200, { kind: 'may-start' }],
  [300, { kind: 'started' }],
];
const died: LifeEvent = { kind: 'exited', reason: 'ended by SIGKILL', refused: false };

void t.test('step() takes a child through register, initialise and start', (t) => {
  t.same(after(...toRunning.slice(0, 1)).effects, [{ kind: 'spawn' }]);
  t.same(after(...toRunning.slice(0, 4)).effects, [{ kind: 'initialise' }]);
  t.same(after(...toRunning.slice(0, 6)).effects, [{ kind: 'start' }]);
  const { child } = after(...toRunning);
  t.match(child, {
    life: { name: 'running', pid: 42 },
    address: 'x:1',
    proven: true,
    restarts: 0,
    generation: 1,
  });
  t.end();
});

void t.test('step() restarts at once the first time and with growing delays after that', (t) => {
  let { child, effects } = after(...toRunning, [1_000, died]);
  t.match(child, { life: { name: 'spawning' }, generation: 2, restarts: 1, lastReason: 'ended by SIGKILL' });
  t.same(effects, [{ kind: 'spawn' }]);
  const delays: number[] = [];
  for (let now = 2_000; delays.length < 10;) {
    ({ child, effects } = step(child, died, now, 0.999));
    if (child.life.name !== 'backoff') throw new Error(`is ${child.life.name}`);
    delays.push(child.life.until - now);
    now = child.life.until;
    ({ child, effects } = step(child, { kind: 'tick' }, now));
    t.same(effects, [{ kind: 'spawn' }]);
  }
  t.same(delays.slice(0, 4), [250, 500, 999, 1_998]);
  t.same(delays.slice(-2), [29_970, 29_970], 'never longer, never given up');
  t.end();
});

void t.test('step() forgets failures by and by while the child is healthy', (t) => {
  const { child } = after(...toRunning, [1_000, died], [1_000, { kind: 'spawned', pid: 43 }], [1_100, died]);
  t.equal(child.backoff.level, 2);
  let healthy: ChildRecord = { ...child, life: { name: 'running', pid: 44, since: 2_000, heardAt: 2_000 } };
  for (let now = 2_000; now < 400_000; now += 1_000) {
    healthy = step(healthy, { kind: 'heartbeat' }, now).child;
    healthy = step(healthy, { kind: 'tick' }, now).child;
    if (now === 61_000) t.equal(healthy.backoff.level, 2);
    if (now === 62_000) t.equal(healthy.backoff.level, 1, 'halved after a healthy minute');
  }
  t.equal(healthy.backoff.level, 0);
  t.end();
});

void t.test('step() ends a child that is late in any phase, and starts it again', (t) => {
  for (const [count, reason] of [
    [2, /not registered within 1000 ms/],
    [4, /not initialised within/],
    [6, /not started within/],
  ] as const) {
    const { child, effects } = after(...toRunning.slice(0, count), [5_000, { kind: 'tick' }]);
    t.same(effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
    t.match(child.life, { name: 'ending', reason });
    t.match(step(child, died, 5_010).child, {
      life: { name: 'spawning' },
      lastReason: reason,
      generation: 2,
    });
  }
  t.end();
});

void t.test('step() does not count the time in which a child waits for others', (t) => {
  for (const count of [3, 5]) {
    const { child } = after(...toRunning.slice(0, count), [900_000, { kind: 'tick' }]);
    t.match(child.life.name, /registered|initialised/);
  }
  t.end();
});

void t.test('step() ends a silent child at its heartbeat deadline', (t) => {
  t.equal(
    after(...toRunning, [2_000, { kind: 'heartbeat' }], [4_400, { kind: 'tick' }]).child.life.name,
    'running',
  );
  const { child, effects } = after(...toRunning, [2_000, { kind: 'heartbeat' }], [4_500, { kind: 'tick' }]);
  t.same(effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
  t.match(child.life, { name: 'ending', again: true, reason: /no heartbeat for 2500 ms/ });
  t.end();
});

void t.test('step() drains, then ends politely, then by force, and frees the slot only at the exit', (t) => {
  const draining = after(...toRunning, [1_000, { kind: 'drain', deadline: 3_000 }]);
  t.same(draining.effects, [{ kind: 'drain', deadlineMs: 2_000 }]);
  const asked = step(draining.child, { kind: 'tick' }, 3_000);
  t.same(asked.effects, [{ kind: 'signal', signal: 'SIGTERM' }]);
  const forced = step(asked.child, { kind: 'tick' }, 3_500);
  t.same(forced.effects, [{ kind: 'signal', signal: 'SIGKILL' }]);
  t.same(step(forced.child, { kind: 'tick' }, 9_000).effects, [], 'asks once only');
  t.equal(pidOf(forced.child), 42);
  t.equal(step(forced.child, died, 9_001).child.life.name, 'stopped');
  t.equal(step(draining.child, died, 1_500).child.life.name, 'stopped');
  t.end();
});

void t.test('step() does not start a child again whose configuration is wrong', (t) => {
  const { child } = after(...toRunning.slice(0, 4), [150, { ...died, refused: true }]);
  t.equal(child.life.name, 'refused');
  t.same(step(child, { kind: 'tick' }, 1_000_000).effects, []);
  t.end();
});

void t.test('step() throws for what cannot happen, naming state and event', (t) => {
  t.throws(() => step(newChild(spec), { kind: 'may-start' }, 0), /"tts" got may-start while stopped/);
  t.throws(() => step(newChild(spec), died, 0), /got exited while stopped/);
  t.end();
});

void t.test('permits() lets a child go on once what it needs is there', (t) => {
  const audio = { ...newChild({ ...spec, id: 'audio:demo', dependsOn: [] }), proven: false };
  const registered = after(...toRunning.slice(0, 3)).child;
  const initialised = after(...toRunning.slice(0, 5)).child;
  t.same(permits([audio, registered], false), [], 'no bus');
  t.same(permits([audio, registered], true), [{ id: 'tts', kind: 'may-initialise' }]);
  t.same(permits([audio, initialised], true), [], 'the one it depends on has not started');
  t.same(permits([{ ...audio, proven: true }, initialised], true), [{ id: 'tts', kind: 'may-start' }]);
  const needs = { ...registered, spec: { ...spec, needsAddressOf: ['audio:demo'] } };
  t.same(permits([audio, needs], true), [], 'the address is not known');
  t.same(permits([{ ...audio, address: 'h:1' }, needs], true), [{ id: 'tts', kind: 'may-initialise' }]);
  t.end();
});

void t.test('step() keeps its promises under thousands of random histories', (t) => {
  const broken: string[] = [];
  for (let seed = 1; seed <= 3_000; seed++) {
    try {
      runHistory(seed);
    } catch (error) {
      broken.push(String(error));
    }
  }
  t.same(broken, []);
  t.end();
});

/** A shell that does what the effects say, with faults drawn from a seed. Throws, naming the seed, when a promise breaks. */
function runHistory(seed: number): void {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  let child = newChild(spec);
  let alive = false;
  let pid = 100;
  let now = 0;
  let killed = false;
  const apply = (event: LifeEvent) => {
    const result = step(child, event, now, random());
    child = result.child;
    for (const effect of result.effects) {
      if (effect.kind === 'spawn') {
        if (alive) throw new Error(`seed ${seed}: two processes at once`);
        alive = true;
        killed = false;
        child = step(child, { kind: 'spawned', pid: ++pid }, now).child;
      }
      if (effect.kind === 'signal' && effect.signal === 'SIGKILL') killed = true;
    }
  };
  apply({ kind: 'start' });
  for (let round = 0; round < 60; round++) {
    now += Math.floor(random() * 1_200);
    apply({ kind: 'tick' });
    for (const { kind } of permits([child], true)) apply({ kind });
    const draw = random();
    if (alive && (killed || draw < 0.15)) {
      alive = false;
      apply(died);
    } else if (alive && draw < 0.7) {
      const next = {
        spawning: 'registered',
        initialising: 'initialised',
        starting: 'started',
        running: 'heartbeat',
      } as const;
      const kind = next[child.life.name as keyof typeof next];
      if (kind === 'initialised') apply({ kind, address: '' });
      else if (kind) apply({ kind });
    }
  }
  if (alive !== 'pid' in child.life)
    throw new Error(`seed ${seed}: ${child.life.name} with${alive ? '' : 'out'} a process`);
  if (child.life.name === 'stopped' || child.life.name === 'refused')
    throw new Error(`seed ${seed}: gave up`);
  apply({ kind: 'drain', deadline: now + 1_000 });
  for (let round = 0; round < 10 && lifeName(child) !== 'stopped'; round++) {
    now += 1_000;
    apply({ kind: 'tick' });
    if (alive && killed) {
      alive = false;
      apply(died);
    }
  }
  if (lifeName(child) !== 'stopped') throw new Error(`seed ${seed}: does not stop, is ${lifeName(child)}`);
}
