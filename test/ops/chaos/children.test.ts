import t from 'tap';
import {
  isNoticed,
  isReplaced,
  isRestored,
  isServing,
  isWhole,
  losses,
} from '../../../ops/chaos/children.ts';
import type { ChildState, SupervisorState } from '../../../protocol/ipc.ts';

function child(id: string, pid: number, more: Partial<ChildState> = {}): ChildState {
  return {
    id,
    service: id,
    role: 'tts',
    pid,
    startTime: '',
    since: 0,
    lease: '',
    epoch: 1,
    edition: 1,
    state: 'running',
    spare: false,
    generation: 1,
    restarts: 0,
    rssMb: 0,
    cpuPct: 0,
    lastReason: '',
    address: '',
    counters: {},
    ...more,
  };
}

const state = (children: ChildState[], natsPid = 9): SupervisorState =>
  ({ nats: { pid: natsPid }, children }) as unknown as SupervisorState;
const spare = { spare: true, state: 'initialised', service: 'tts' };

void t.test(
  'isReplaced() holds when another process does the work, under the same name or a spare under its own',
  (t) => {
    const victim = child('tts', 1, { service: 'tts' });
    t.notOk(isReplaced(victim, [victim]));
    t.notOk(isReplaced(victim, [child('tts', 2, { service: 'tts', state: 'starting' })]));
    t.notOk(isReplaced(victim, [child('tts.2', 2, spare)]), 'a spare that only waits does not');
    t.notOk(isReplaced(victim, [child('reply', 2, { role: 'reply', service: 'reply' })]));
    t.ok(isReplaced(victim, [child('tts.2', 2, { service: 'tts' })]));
    const plain = child('tts', 1);
    t.ok(isReplaced(plain, [child('tts', 2)]));
    t.end();
  },
);

void t.test('isServing() looks at who works, isWhole() at the spares too', (t) => {
  const active = child('tts', 1);
  t.ok(isServing(state([active, child('tts.2', 0, { ...spare, state: 'spawning' })])));
  t.notOk(isWhole(state([active, child('tts.2', 0, { ...spare, state: 'spawning' })])));
  t.ok(isWhole(state([active, child('tts.2', 2, spare)])));
  t.notOk(isServing(state([active], 0)), 'not without the bus');
  t.notOk(isServing(state([child('tts', 1, { state: 'backoff' })])));
  t.end();
});

void t.test(
  'isRestored() holds when a service has as many at work as it wants, and as many ready as before',
  (t) => {
    const of = (
      children: ChildState[],
      wanted: number,
      working: number,
      spares: number,
    ): SupervisorState => ({
      ...state(children),
      services: [{ id: 'tts', role: 'tts', wanted, working, spares, condition: 'well', epoch: 1 }],
    });
    const [active, ready] = [child('tts', 1), child('tts.2', 2, spare)];
    const before = of([active, ready], 1, 1, 1);
    t.ok(isRestored('tts', before, before));
    const promoted = child('tts.2', 2, { service: 'tts' });
    t.notOk(isRestored('tts', before, of([promoted], 1, 1, 0)), 'the spare that works is none any more');
    const failing = child('tts', 0, { ...spare, state: 'backoff' });
    t.notOk(isRestored('tts', before, of([promoted, failing], 1, 1, 0)));
    t.notOk(isRestored('tts', before, of([promoted, failing, ready], 1, 1, 1)), 'one that is still failing');
    t.notOk(isRestored('tts', before, of([promoted, ready], 2, 1, 1)), 'one that is wanted does not work');
    t.ok(isRestored('tts', before, of([promoted, child('tts', 3, spare)], 1, 1, 1)));
    t.notOk(isRestored('reply', before, before), 'nothing is known of it');
    t.end();
  },
);

void t.test('isNoticed() holds when the victim is gone, or is not what it was', (t) => {
  const victim = child('tts', 1);
  t.notOk(isNoticed(victim, [child('tts', 1)]));
  t.ok(isNoticed(victim, [child('tts', 1, { state: 'ending' })]));
  t.ok(isNoticed(victim, [child('tts', 2)]));
  t.end();
});

void t.test('losses() names who was at work or warm and is gone, except those who may go', (t) => {
  const before = [
    child('a', 1),
    child('b', 2),
    child('c', 3, spare),
    child('d', 4, { state: 'starting' }),
    child('e', 5),
  ];
  const mayGo = ({ pid }: ChildState) => pid === 1;
  t.same(losses(before, [child('e.2', 5)], mayGo), ['b (pid 2)', 'c (pid 3)']);
  t.end();
});
