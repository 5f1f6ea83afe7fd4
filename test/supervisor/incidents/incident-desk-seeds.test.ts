import t from 'tap';
import type { Health } from '../../../supervisor/incidents/playbook.ts';
import { playbooks } from '../../../supervisor/incidents/playbooks.ts';
import { signalKinds } from '../../../supervisor/incidents/signal.ts';
import { DeskRun } from './fixtures.ts';

const seeds = 150;
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

void t.test(
  'IncidentDesk stays bounded and consistent under any signals, and all ends when all is well',
  (t) => {
    for (let seed = 1; seed <= seeds; seed++) {
      const random = generator(seed);
      const pick = <T>(list: readonly T[]): T => {
        const found = list[Math.floor(random() * list.length)];
        if (found === undefined) throw new Error('Nothing to pick from');
        return found;
      };
      const run = new DeskRun({ maxOpen: 12, maxHistory: 20 });
      const told = new Set<string>();
      const recovered = new Set<string>();
      for (let round = 0; round < 300; round++) {
        if (random() < 0.6)
          run.signal(pick(components), pick(signalKinds), {
            child: random() < 0.5 ? 'child' : '',
            detail: 'x'.repeat(Math.floor(random() * 1_000)),
            figures: { detectionMs: random() * 100 - 10 },
          });
        if (random() < 0.3) run.health(pick(components), pick(states));
        if (random() < 0.02) run.now += (random() - 0.5) * 7_200_000;
        if (random() < 0.5) run.pass(Math.floor(random() * 5_000));
        const { open, recent, desk } = { open: run.desk.open, recent: run.desk.recent, desk: run.desk };
        const keys = open.map(({ component, problem }) => `${component} ${familyOf.get(problem)}`);
        if (new Set(keys).size !== keys.length) t.fail(`seed ${seed}: two open ones of ${keys.join(', ')}`);
        if (open.length > 12 || recent.length > 20) t.fail(`seed ${seed}: too many`);
        for (const record of [...open, ...recent]) {
          const small = record.timeline.length <= 40 && record.actions.length <= 20;
          const text = JSON.stringify(record);
          if (!small || text.length > 20_000) t.fail(`seed ${seed}: ${text.length} characters of record`);
          if (record.summary === '' || record.downMs < 0 || (record.recoveryMs ?? 0) < 0)
            t.fail(`seed ${seed}: ${text}`);
          if ((record.state === 'resolved') !== (record.closedAt !== null)) t.fail(`seed ${seed}: ${text}`);
          const pending = record.actions.filter(({ outcome }) => outcome === 'pending').length;
          if (pending !== (record.closedAt === null ? 1 : 0)) t.fail(`seed ${seed}: ${text}`);
        }
        if (desk.open.some(({ state }) => state === 'resolved')) t.fail(`seed ${seed}: a closed one is open`);
      }
      run.allWell();
      run.pass(7 * 60_000);
      if (run.desk.open.length > 0) t.fail(`seed ${seed}: ${JSON.stringify(run.desk.open)}`);
      for (const order of run.orders) {
        if (order.kind !== 'tell') continue;
        (order.level === 'recovered' ? recovered : told).add(order.incident);
      }
      if (run.orders.findLast(({ kind }) => kind === 'tell')?.kind && recovered.size === 0 && told.size > 0)
        t.fail(`seed ${seed}: no recovery was told`);
    }
    t.pass(`${seeds} seeds`);
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
