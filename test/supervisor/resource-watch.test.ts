import { EventEmitter, once } from 'node:events';
import t from 'tap';
import type { Test } from 'tap';
import type { ChildRecord } from '../../supervisor/child-record.ts';
import type { ChildSpec } from '../../supervisor/child-spec.ts';
import { ResourceWatch } from '../../supervisor/resource-watch.ts';
import { alive, silent, specOf, worker } from './some-children.ts';

/** Watches this very process, as that of a child with the given limits. */
function watchMyself(t: Test, spec: Partial<ChildSpec>) {
  let child = worker('tts', { spec: specOf('tts', spec), life: alive('running', process.pid) });
  const looks = new EventEmitter();
  const verdicts: string[] = [];
  const stop = new AbortController();
  const watch = new ResourceWatch({
    log: silent,
    sampleMs: 20,
    now: () => performance.now(),
    children: () => [child],
    onVerdict: (_, { kind, reason }) => verdicts.push(`${kind}: ${reason}`),
    onLooked: () => looks.emit('look'),
    signal: stop.signal,
  });
  const running = watch.run();
  t.teardown(async () => {
    stop.abort();
    await running;
  });
  const look = async (times = 1) => {
    for (let time = 0; time < times; time++)
      await once(looks, 'look', { signal: AbortSignal.timeout(30_000) });
  };
  const change = (given: Partial<ChildRecord>) => (child = { ...child, ...given });
  return { watch, verdicts, look, change, child: () => child };
}

void t.test(
  'ResourceWatch reads a process again and again, and has nothing to say while it is fine',
  async (t) => {
    const { watch, verdicts, look, child } = watchMyself(t, { maxAgeMs: 3_600_000 });
    t.equal(watch.of('tts'), undefined);
    t.equal(watch.softInMs(child()), Infinity);
    await look(3);
    const usage = watch.of('tts');
    t.ok((usage?.rssMb ?? 0) > 10, `${usage?.rssMb} MB`);
    t.equal(usage?.generation, 1);
    t.ok((usage?.maxAgeMs ?? 0) >= 0.85 * 3_600_000 && (usage?.maxAgeMs ?? 0) <= 1.15 * 3_600_000);
    t.same(verdicts, []);
    watch.forget('tts');
    t.equal(watch.of('tts'), undefined);
  },
);

void t.test('ResourceWatch begins anew with another process', async (t) => {
  const { watch, look, change } = watchMyself(t, {});
  await look(2);
  const before = watch.of('tts');
  change({ generation: 2 });
  await look(2);
  const after = watch.of('tts');
  t.equal(after?.generation, 2);
  t.ok((after?.startedAt ?? 0) > (before?.startedAt ?? 0));
});

void t.test('ResourceWatch tells what is over a limit for as long as it lasts', async (t) => {
  const hard = watchMyself(t, { softMb: 1, limitMb: 2 });
  await hard.look(2);
  t.match(hard.verdicts, [/^hard: used .* MB, over its 2 MB$/, /^hard/]);
  const soft = watchMyself(t, { softMb: 1, limitMb: 100_000 });
  await soft.look(4);
  t.match(soft.verdicts, [/^soft: used up to .* over its soft 1 MB$/, /^soft/]);
  const alone = watchMyself(t, { softMb: 1, limitMb: 100_000, swappable: false });
  await alone.look(4);
  t.same(alone.verdicts, [], 'whom nobody can stand in for is not replaced for that');
});
