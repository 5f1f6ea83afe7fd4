import { EventEmitter, once } from 'node:events';
import t from 'tap';
import type { Test } from 'tap';
import type { ChildRecord } from '../../supervisor/child-record.ts';
import type { ChildSpec } from '../../supervisor/child-spec.ts';
import type { RosterEvent } from '../../supervisor/roster-state.ts';
import type { UpkeepOptions } from '../../supervisor/upkeep.ts';
import { Upkeep } from '../../supervisor/upkeep.ts';
import { alive, silent, specOf, stateOf, worker } from './some-children.ts';

/** Looks after this very process, as that of a child with the given limits. */
function lookAfterMyself(
  t: Test,
  spec: Partial<ChildSpec>,
  given: Partial<ChildRecord> = {},
  options: Partial<UpkeepOptions> = {},
) {
  const heard = new EventEmitter();
  const told: RosterEvent[] = [];
  const signals: string[] = [];
  const stop = new AbortController();
  const child = worker('tts', { spec: specOf('tts', spec), life: alive('running', process.pid), ...given });
  const state = stateOf([child]);
  state.sparesAllowed = true;
  const upkeep = new Upkeep({
    state,
    home: t.testdir(),
    sampleMs: 20,
    log: silent,
    say: () => undefined,
    now: () => performance.now(),
    countersOf: () => ({}),
    tell: (event) => told.push(event),
    signal: ({ component, child, kind }) => signals.push(`${component} ${child} ${kind}`),
    onLooked: () => heard.emit('look'),
    stopped: stop.signal,
    ...options,
  });
  const running = upkeep.run();
  t.teardown(async () => {
    stop.abort();
    await running;
  });
  const look = async (times: number) => {
    for (let time = 0; time < times; time++)
      await once(heard, 'look', { signal: AbortSignal.timeout(30_000) });
  };
  return { upkeep, told, signals, look };
}

void t.test('Upkeep ends a child that is over its hard limit at once', async (t) => {
  const { told, signals, look } = lookAfterMyself(t, { softMb: 1, limitMb: 2 });
  await look(1);
  t.match(told, [
    {
      kind: 'child',
      id: 'tts',
      generation: 1,
      event: { kind: 'condemn', again: true, stage: 'kill', reason: /^used .* over its 2 MB/ },
    },
  ]);
  t.same(signals, ['tts tts memory-hard']);
});

void t.test('Upkeep has a child replaced in order that stays over its soft limit', async (t) => {
  const { told, signals, look } = lookAfterMyself(t, { softMb: 1, limitMb: 100_000 });
  await look(3);
  t.match(told, [{ kind: 'retire', id: 'tts', reason: /over its soft 1 MB/ }]);
  t.same(signals, ['tts tts memory-soft']);
});

void t.test('Upkeep does not ask twice for what is under way, and stops when it is told', async (t) => {
  const limits = { softMb: 1, limitMb: 100_000 };
  const { upkeep, told, signals, look } = lookAfterMyself(t, limits, { retiring: 'its age' });
  await look(5);
  t.same([told, signals], [[], []]);
  t.ok((upkeep.resources.of('tts')?.rssMb ?? 0) > 10);
});

void t.test('Upkeep goes on after a look at the numbers has failed', async (t) => {
  const asked = new EventEmitter();
  let times = 0;
  const countersOf = () => {
    times += 1;
    asked.emit('asked');
    throw new Error('no figures');
  };
  lookAfterMyself(t, { softMb: 50_000, limitMb: 100_000 }, {}, { lookEveryMs: 20, countersOf });
  while (times < 3) await once(asked, 'asked', { signal: AbortSignal.timeout(20_000) });
  t.ok(times >= 3, 'it is asked for figures again, after each failure');
});
