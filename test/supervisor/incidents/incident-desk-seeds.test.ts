import t from 'tap';
import type { IncidentRecord, Order } from '../../../supervisor/incidents/incident-record.ts';
import type { Health } from '../../../supervisor/incidents/playbook.ts';
import { playbooks } from '../../../supervisor/incidents/playbooks.ts';
import { roleOf, signalKinds } from '../../../supervisor/incidents/signal.ts';
import { DeskRun } from './fixtures.ts';

const seeds = 100;
const components = [
  'bus',
  'host',
  'supervisor',
  'configuration',
  'tts',
  'reply',
  'ingest',
  'audio:a',
  'audio:b',
  'x',
];
const states: Health[] = ['well', 'degraded', 'down'];
const familyOf = new Map(playbooks.map(({ problem, family }) => [problem, family]));

/** Numbers in [0, 1) that are the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is wrong with a record, or empty. */
function fault(record: IncidentRecord): string {
  const { timeline, actions, summary, downMs, recoveryMs, state, closedAt } = record;
  if (timeline.length > 40 || actions.length > 20 || JSON.stringify(record).length > 20_000)
    return 'too long';
  if (summary === '' || downMs < 0 || (recoveryMs ?? 0) < 0) return 'a figure or sentence is wrong';
  if ((state === 'resolved') !== (closedAt !== null)) return 'state and end contradict each other';
  const pending = actions.filter(({ outcome }) => outcome === 'pending').length;
  return pending === (closedAt === null ? 1 : 0) ? '' : `${pending} actions are pending`;
}

/** Component and family of those whose last message is no recovery. */
function unended(orders: Order[]): string[] {
  const subjects = new Map<string, string>();
  const lastLevel = new Map<string, string>();
  for (const order of orders) {
    if (order.kind === 'record') {
      const { id, component, problem } = order.incident;
      subjects.set(id, `${roleOf(component)} ${familyOf.get(problem)}`);
    } else if (order.kind === 'tell') lastLevel.set(subjects.get(order.incident) ?? '', order.level);
  }
  return [...lastLevel].filter(([, level]) => level !== 'recovered').map(([subject]) => subject);
}

void t.test(
  'IncidentDesk is bounded and consistent under any signals, and all ends when all is well',
  (t) => {
    const faults: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const random = generator(seed);
      const pick = <T>(list: readonly T[]): T => {
        const found = list[Math.floor(random() * list.length)];
        if (found === undefined) throw new Error('Nothing to pick from');
        return found;
      };
      const run = new DeskRun({ maxOpen: 12, maxHistory: 20 });
      for (let round = 0; round < 300; round++) {
        if (random() < 0.6)
          run.signal(pick(components), pick(signalKinds), {
            child: random() < 0.5 ? 'child' : '',
            ...pick([{}, {}, { standIn: 'all' } as const, { standIn: 'some' } as const]),
            detail: 'x'.repeat(Math.floor(random() * 1_000)),
            figures: { detectionMs: random() * 100 - 10 },
          });
        if (random() < 0.3) run.health(pick(components), pick(states));
        if (random() < 0.02) run.now += (random() - 0.5) * 7_200_000;
        if (random() < 0.5) run.pass(Math.floor(random() * 5_000), 250);
        const { open, recent } = run.desk;
        const keys = open.map(({ component, problem }) => `${component} ${familyOf.get(problem)}`);
        if (new Set(keys).size !== keys.length)
          faults.push(`seed ${seed}: two open ones of ${keys.join(', ')}`);
        if (open.length > 12 || recent.length > 20) faults.push(`seed ${seed}: too many`);
        if (open.some(({ closedAt }) => closedAt !== null)) faults.push(`seed ${seed}: a closed one is open`);
        for (const record of [...open, ...(round % 20 === 0 ? recent : [])])
          if (fault(record) !== '') faults.push(`seed ${seed}: ${fault(record)}: ${JSON.stringify(record)}`);
      }
      run.allWell();
      for (const component of components)
        for (const kind of ['memory-ok', 'cpu-ok', 'disk-ok', 'on-air'] as const) run.signal(component, kind);
      run.pass(7 * 60_000, 1_000);
      if (run.desk.open.length > 0) faults.push(`seed ${seed}: ${JSON.stringify(run.desk.open)}`);
      const untold = unended(run.orders);
      if (untold.length > 0) faults.push(`seed ${seed}: no recovery was told of ${untold.join(', ')}`);
    }
    t.same(faults, [], `${seeds} seeds`);
    t.end();
  },
);

void t.test('IncidentDesk answers the same to the same signals', (t) => {
  const orders = [1, 1].map((seed) => {
    const random = generator(seed);
    const run = new DeskRun();
    for (let round = 0; round < 200; round++) {
      run.signal(
        components[Math.floor(random() * components.length)] ?? 'x',
        signalKinds[Math.floor(random() * signalKinds.length)] ?? 'exited',
      );
      run.pass(random() * 2_000);
    }
    return JSON.stringify(run.orders);
  });
  t.equal(orders[0], orders[1]);
  t.end();
});
