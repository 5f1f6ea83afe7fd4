import t from 'tap';
import { childSpecs } from '../../supervisor/child-spec.ts';
import { Conditions } from '../../supervisor/conditions.ts';
import { Roster } from '../../supervisor/roster.ts';
import { stopInOrder } from '../../supervisor/stop-in-order.ts';
import { demo, keptLog, worker } from './some-children.ts';

function show() {
  const roster = new Roster(childSpecs(demo()));
  for (const [id] of roster.state.services) roster.state.children.set(id, worker(id));
  const conditions = new Conditions();
  const end = (id: string) => {
    const child = roster.state.children.get(id);
    if (child) roster.state.children.set(id, { ...child, life: { name: 'stopped' } });
    conditions.look();
  };
  return { roster, conditions, end };
}

void t.test('stopInOrder() asks those who are fed only after those who feed them have ended', async (t) => {
  const { roster, conditions, end } = show();
  const { log } = keptLog('info');
  const asked: string[][] = [];
  const drains: number[] = [];
  await stopInOrder({
    roster,
    conditions,
    stopTimeoutMs: 15_000,
    log,
    order: (services, drainMs) => {
      const running = roster.children.filter(({ life }) => 'pid' in life).map(({ id }) => id);
      t.ok(services.every((service) => running.includes(service)));
      asked.push(services);
      drains.push(drainMs);
      // Each ends a moment after it was asked.
      setImmediate(() => {
        for (const service of services) end(service);
      });
    },
  });
  t.same(asked, [['ingest'], ['reply'], ['tts'], ['sim-room', 'audio:demo']]);
  t.ok(
    drains.slice(0, 3).every((ms) => ms > 0 && ms <= 4_000),
    'nobody upstream takes all the time',
  );
  t.ok((drains[3] ?? 0) > 4_000 && (drains[3] ?? 0) <= 15_000, 'the sound may be finished');
});

void t.test('stopInOrder() leaves what does not end behind, and says so', async (t) => {
  const { roster, conditions, end } = show();
  const complete: unknown[] = [];
  const { log } = keptLog('info');
  log.info = ((fields: { complete: unknown }) => complete.push(fields.complete)) as typeof log.info;
  const order = (services: string[]) => {
    for (const service of services) if (service !== 'reply') end(service);
  };
  // One who never ends: the wait is cut by the time to stop, of which nothing is left, and what TERM and KILL take.
  await stopInOrder({ roster, conditions, stopTimeoutMs: 0, order, log });
  t.same(complete, [true, false, true, true]);
});
