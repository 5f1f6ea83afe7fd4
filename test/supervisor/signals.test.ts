import t from 'tap';
import type { ChildRecord, Life } from '../../supervisor/child-record.ts';
import { signalsOf } from '../../supervisor/signals.ts';
import { alive, childOf, stateOf, worker } from './some-children.ts';

const at = 1_000;
const nobody = stateOf([]);
const ending = (reason: string, again = true): Life => ({
  name: 'ending',
  stage: 'report',
  since: 0,
  pid: 1,
  triedMs: 0,
  ranMs: 0,
  again,
  reason,
});
const draining = (handOver: boolean, again: boolean): Life => ({
  name: 'draining',
  since: 0,
  pid: 1,
  deadline: 0,
  yielded: false,
  handOver,
  again,
});

function kinds(from: Life, to: Life, change: Partial<ChildRecord> = {}): string[] {
  const before = childOf('tts', { life: from });
  const child = childOf('tts', { life: to, lastReason: 'ended with code 1', ...change });
  return signalsOf({ kind: 'changed', before, child, on: 'tick' }, at, nobody).map(({ kind }) => kind);
}

void t.test('signalsOf() tells how a process came up', (t) => {
  const stopped: Life = { name: 'stopped' };
  const young = (name: 'spawning' | 'registered' | 'initialising'): Life => ({ name, since: 0, pid: 1 });
  t.same(kinds(stopped, young('spawning')), ['spawned']);
  t.same(kinds(young('spawning'), young('registered')), []);
  t.same(kinds(young('registered'), young('initialising')), []);
  t.same(kinds(young('initialising'), alive('initialised')), ['initialised']);
  t.same(kinds(alive('initialised'), alive('starting')), []);
  t.same(kinds(alive('starting'), alive('running')), ['running']);
  t.end();
});

void t.test('signalsOf() tells a failed start from the end of one that had worked', (t) => {
  const backoff: Life = { name: 'backoff', until: 0 };
  const quarantined: Life = { name: 'quarantined', until: 0 };
  t.same(kinds({ name: 'spawning', since: 0, pid: 1 }, backoff), ['start-failed']);
  t.same(kinds({ name: 'initialising', since: 0, pid: 1 }, backoff), ['start-failed']);
  t.same(kinds(alive('running'), backoff), ['exited']);
  t.same(kinds({ name: 'spawning', since: 0, pid: 1 }, quarantined), ['start-failed', 'quarantined']);
  t.same(kinds(alive('running'), { name: 'refused' }), ['refused']);
  t.same(kinds(alive('running'), { name: 'gave-up' }), ['gave-up']);
  t.end();
});

void t.test('signalsOf() tells an end that we ordered once, when it is ordered', (t) => {
  t.same(kinds(draining(true, true), { name: 'backoff', until: 0 }), []);
  t.same(kinds(ending('no heartbeat for 2500 ms'), { name: 'backoff', until: 0 }), []);
  t.same(kinds(alive('running'), draining(true, true)), ['retired']);
  t.same(kinds(alive('running'), draining(false, false)), [], 'the whole show stops');
  t.same(kinds(alive('running'), ending('not needed any more', false)), []);
  t.end();
});

void t.test('signalsOf() says by its verdict why a child is ended', (t) => {
  const verdicts = {
    'no heartbeat for 2583 ms': 'heartbeat-missed',
    'has work in hand and finished nothing for 30000 ms': 'no-progress',
    'did not find the bus again within 10000 ms': 'reconnect-failed',
    'not initialised within 15000 ms': 'not-ready',
    'used 1025 MB, over its 1024 MB': 'memory-hard',
    'restarted by a playbook': 'exited',
  };
  for (const [reason, kind] of Object.entries(verdicts))
    t.same(kinds(alive('running'), ending(reason)), [kind], reason);
  const [silence] = signalsOf(
    {
      kind: 'changed',
      before: childOf('tts', { life: alive('running') }),
      child: childOf('tts', { life: ending('no heartbeat for 2583 ms') }),
      on: 'tick',
    },
    at,
    nobody,
  );
  t.same(silence?.figures, { detectionMs: 2_583 });
  t.match(silence, { at, component: 'tts', child: 'tts' });
  t.end();
});

void t.test('signalsOf() tells of promotions and reloads, and not of what is only done', (t) => {
  const child = childOf('tts');
  const duty = { lease: 'tts/1', epoch: 4 };
  t.match(signalsOf({ kind: 'promoted', child, duty, reason: 'takes over' }, at, nobody), [
    { kind: 'promoted', detail: 'tts/1 epoch 4' },
  ]);
  const reload = (phase: 'preparing' | 'switching' | 'done' | 'rolling-back' | 'rolled-back') =>
    signalsOf({ kind: 'reload', phase, edition: 2, reason: 'why' }, at, nobody).map(({ kind }) => kind);
  t.same(reload('preparing'), ['reload-begun']);
  t.same(reload('switching'), []);
  t.same(reload('done'), ['reload-done']);
  t.same(reload('rolling-back'), ['reload-rolled-back']);
  t.same(reload('rolled-back'), []);
  t.same(signalsOf({ kind: 'effect', child, effect: { kind: 'spawn' } }, at, nobody), []);
  t.same(signalsOf({ kind: 'gone', id: 'tts' }, at, nobody), []);
  t.end();
});

void t.test('signalsOf() says who does the work of one that failed', (t) => {
  const quarantined: Life = { name: 'quarantined', until: 0 };
  const starting = childOf('tts', { id: 'tts.2', life: alive('initialised') });
  const duty = { lease: 'tts/2', epoch: 2 };
  const tell = (others: ChildRecord[], before: ChildRecord, life: Life) => {
    const child = { ...before, life, duty: undefined, lastReason: 'ended with code 1' };
    const signals = signalsOf(
      { kind: 'changed', before, child, on: 'exited' },
      at,
      stateOf([child, ...others]),
    );
    return signals.map(({ kind, standIn }) => (standIn ? `${kind} ${standIn}` : kind));
  };
  const active = worker('tts');
  t.same(tell([active], starting, { name: 'backoff', until: 0 }), ['exited all']);
  t.same(tell([active], starting, quarantined), ['exited all', 'quarantined all']);
  t.same(tell([active], starting, ending('no heartbeat for 2583 ms')), ['heartbeat-missed all']);
  t.same(
    tell([active], starting, ending('used 1025 MB, over its 1024 MB')),
    ['memory-hard'],
    'its own matter',
  );
  t.same(tell([], starting, quarantined), ['exited', 'quarantined'], 'nobody works');
  const idle = childOf('tts', { life: alive('initialised') });
  t.same(
    tell([idle], starting, quarantined),
    ['exited', 'quarantined'],
    'another spare does not work either',
  );

  const atWork = { ...starting, life: alive('running'), duty };
  t.same(tell([active], atWork, { name: 'backoff', until: 0 }), ['exited'], 'it was at work until now');
  t.same(tell([active], atWork, quarantined), ['exited all', 'quarantined all'], 'its successor works');
  t.same(tell([active], atWork, { name: 'refused' }), ['refused all']);

  const two = stateOf([active]);
  const service = two.services.get('tts');
  if (!service) throw new Error('There is no tts');
  service.wanted = 2;
  const child = { ...atWork, life: quarantined, duty: undefined };
  const told = signalsOf({ kind: 'changed', before: atWork, child, on: 'exited' }, at, two);
  t.match(told, [{ standIn: 'some' }, { kind: 'quarantined', standIn: 'some' }]);
  t.end();
});
