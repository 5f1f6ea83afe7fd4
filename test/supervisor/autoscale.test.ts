import t from 'tap';
import type { ScaleDecision, ScaleInput } from '../../supervisor/autoscale.ts';
import { autoscale, newScaleState } from '../../supervisor/autoscale.ts';
import { seeded } from './seeded.ts';

const lookMs = 5_000;
const calm: ScaleInput = {
  now: 0,
  replicas: 2,
  min: 1,
  max: 4,
  queued: 3,
  capacity: 1,
  cpuPct: 50,
  memoryPct: 50,
  hostCpuPct: 30,
  hostMemoryPct: 40,
};

/** The decisions on some looks, 5 s apart; each look sees as many replicas as were wanted before. */
function decideAll(count: number, look: (index: number) => Partial<ScaleInput>): ScaleDecision[] {
  let state = newScaleState;
  let { replicas } = calm;
  return Array.from({ length: count }, (_, index) => {
    const decision = autoscale(state, { ...calm, now: index * lookMs, replicas, ...look(index) });
    ({ state } = decision);
    replicas = decision.wanted;
    return decision;
  });
}

const wanted = (decisions: ScaleDecision[]) => decisions.map((decision) => decision.wanted);

void t.test('autoscale() adds one when three of four looks say so, and waits before the next', (t) => {
  const decisions = decideAll(7, () => ({ queued: 100 }));
  t.same(wanted(decisions), [2, 2, 3, 3, 3, 4, 4]);
  t.equal(decisions[0]?.reason, 'queue at 100, over 6, not yet for long');
  t.equal(decisions[2]?.reason, 'queue at 100, over 6');
  t.equal(decisions[6]?.reason, 'queue at 100, over 12, not yet for long');
  t.match(decisions[6]?.figures, { added: 2, queueMean: 100, fruitless: 0 });
  t.end();
});

void t.test('autoscale() adds one for each of its targets', (t) => {
  const table: [string, Partial<ScaleInput>, number][] = [
    ['nothing', {}, 2],
    ['a queue of three for each worker', { queued: 6 }, 2],
    ['a longer queue', { queued: 7 }, 3],
    ['the same queue for replicas that do two works at a time', { queued: 7, capacity: 2 }, 2],
    ['CPU at its target', { cpuPct: 70 }, 2],
    ['CPU over its target', { cpuPct: 71 }, 3],
    ['memory at its target', { memoryPct: 80 }, 2],
    ['memory over its target', { memoryPct: 81 }, 3],
    ['too much, on a host without memory', { queued: 100, hostMemoryPct: 86 }, 2],
    ['too much, on a host without CPU', { queued: 100, hostCpuPct: 96 }, 2],
    ['too much, at the greatest number', { queued: 100, max: 2 }, 2],
  ];
  for (const [name, input, number] of table) t.equal(decideAll(3, () => input).at(-1)?.wanted, number, name);
  const full = decideAll(3, () => ({ queued: 100, hostMemoryPct: 86 })).at(-1);
  t.equal(full?.reason, 'queue at 100, over 6, but the memory of the host is used to 86 %');
  t.end();
});

void t.test('autoscale() sees a load coming that grows', (t) => {
  const decisions = decideAll(12, (index) => ({ cpuPct: 30 + index * 4 }));
  const grownAt = decisions.findIndex((decision) => decision.wanted === 3);
  t.ok(grownAt > 0 && 30 + grownAt * 4 < 70, `at look ${grownAt}`);
  t.match(decisions[grownAt]?.reason, /^cpu at \d+, soon \d+, over 70$/);
  t.end();
});

void t.test('autoscale() takes one away after a minute of low load, and no sooner', (t) => {
  const low = { queued: 0, cpuPct: 5, memoryPct: 30 };
  t.same(wanted(decideAll(13, () => low)).slice(-2), [2, 1]);
  const interrupted = decideAll(20, (index) => (index === 6 ? { ...low, cpuPct: 200 } : low));
  t.same(new Set(wanted(interrupted).slice(0, 18)), new Set([2]));
  const table: [string, Partial<ScaleInput>, number][] = [
    ['at the least number', { ...low, min: 2 }, 2],
    ['a queue of half a work for each worker', { ...low, queued: 1 }, 2],
    ['what one replica less could hardly do', { ...low, cpuPct: 30 }, 2],
    ['what one replica less could do', { ...low, cpuPct: 27 }, 1],
    ['much memory', { ...low, memoryPct: 65 }, 2],
  ];
  for (const [name, input, number] of table) t.equal(decideAll(13, () => input).at(-1)?.wanted, number, name);
  t.end();
});

void t.test('autoscale() goes to the limits at once when the number is not between them', (t) => {
  t.equal(autoscale(newScaleState, { ...calm, replicas: 0, min: 3 }).wanted, 3);
  t.equal(autoscale(newScaleState, { ...calm, replicas: 9 }).wanted, 4);
  t.equal(autoscale(newScaleState, { ...calm, replicas: 9 }).reason, 'must be from 1 to 4');
  t.end();
});

void t.test('autoscale() remembers replicas that changed nothing, and waits longer for the next', (t) => {
  const decisions = decideAll(200, () => ({ queued: 100, max: 10 }));
  const times = decisions.flatMap(({ wanted: now }, index) =>
    now > (decisions[index - 1]?.wanted ?? 2) ? [(index * lookMs) / 1_000] : [],
  );
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  t.equal(gaps[0], 15);
  t.ok((gaps.at(-1) ?? 0) >= 240, `seconds between additions: ${gaps.join(', ')}`);
  t.ok((decisions.at(-1)?.figures.fruitless ?? 0) >= 3);
  t.ok(decisions.some(({ reason }) => reason.endsWith('but the last one added changed nothing')));
  t.end();
});

void t.test('autoscale() counts what replicas beyond the least number cost', (t) => {
  const figures = decideAll(13, () => ({})).at(-1)?.figures;
  t.equal(figures?.extraReplicaSeconds, 60);
  t.end();
});

void t.test('autoscale() forgets its looks when none came for a minute', (t) => {
  const { state } = decideAll(2, () => ({ queued: 100 })).at(-1) ?? { state: newScaleState };
  const later = autoscale(state, { ...calm, now: 200_000, queued: 100 });
  t.equal(later.wanted, 2);
  t.equal(later.state.looks.length, 1);
  t.equal(later.figures.extraReplicaSeconds, 5);
  t.end();
});

interface Service {
  min: number;
  max: number;
  looks: number;
  /** Works that come per second; a replica does one per second. */
  arrivals: (now: number) => number;
}

/** A service under a load, whose replicas need a look to start. Throws when a limit or a step is not kept. */
function simulate(
  seed: number,
  { min, max, looks, arrivals }: Service,
): { wanted: number[]; queued: number[] } {
  const random = seeded(seed);
  const queued: number[] = [];
  const history: number[] = [];
  let state = newScaleState;
  let replicas = min;
  let working = min;
  let waiting = 0;
  for (let index = 0; index < looks; index++) {
    const now = index * lookMs;
    const work = (arrivals(now) * (0.8 + random() * 0.4) * lookMs) / 1_000;
    const power = (working * lookMs) / 1_000;
    const done = Math.min(power, waiting + work);
    waiting += work - done;
    const cpuPct = (done / power) * 100 * (0.95 + random() * 0.1);
    const input = { ...calm, now, replicas, min, max, queued: Math.round(waiting), cpuPct };
    const decision = autoscale(state, input);
    ({ state } = decision);
    if (decision.wanted < min || decision.wanted > max) throw new Error(`seed ${seed}: ${decision.wanted}`);
    if (Math.abs(decision.wanted - replicas) > 1) throw new Error(`seed ${seed}: two steps`);
    working = Math.min(replicas, decision.wanted);
    replicas = decision.wanted;
    queued.push(waiting);
    history.push(replicas);
  }
  return { wanted: history, queued };
}

const changes = (numbers: number[]) =>
  numbers.filter((number, index) => index > 0 && number !== numbers[index - 1]).length;

void t.test('autoscale() finds enough replicas for a constant noisy load, and then stays', (t) => {
  for (let seed = 1; seed <= 100; seed++) {
    const load = 0.3 + seeded(seed)() * 5;
    const result = simulate(seed, { min: 1, max: 10, looks: 720, arrivals: () => load });
    t.ok((result.queued.at(-1) ?? 0) < 3 * 10, `seed ${seed}: ${result.queued.at(-1)} wait`);
    const settled = result.wanted.slice(60);
    t.ok(changes(settled) <= 3, `seed ${seed}: ${changes(settled)} changes in 55 min at ${load}`);
    const last = result.wanted.at(-1) ?? 0;
    t.ok(last >= load / 0.8 && last <= load / 0.5 + 1, `seed ${seed}: ${last} for ${load}`);
  }
  t.end();
});

void t.test('autoscale() follows a load that grows within three minutes, and goes back', (t) => {
  for (let seed = 1; seed <= 50; seed++) {
    const arrivals = (now: number) => {
      if (now < 120_000) return 0.4;
      if (now < 240_000) return 0.4 + ((now - 120_000) / 120_000) * 4;
      return now < 900_000 ? 4.4 : 0.2;
    };
    const result = simulate(seed, { min: 1, max: 8, looks: 420, arrivals });
    t.ok((result.wanted[300_000 / lookMs] ?? 0) >= 5, `seed ${seed}: enough a minute after the ramp`);
    t.ok((result.queued[420_000 / lookMs] ?? 0) < 15, `seed ${seed}: no queue three minutes after`);
    t.equal(result.wanted.at(-1), 1, `seed ${seed}`);
  }
  t.end();
});

void t.test('autoscale() keeps its limits under any input', (t) => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed);
    const min = 1 + Math.floor(random() * 3);
    const max = min + Math.floor(random() * 5);
    let state = newScaleState;
    let replicas = min;
    let now = 0;
    let sinceChange = Infinity;
    let kept = true;
    for (let index = 0; index < 300; index++) {
      const elapsed = random() < 0.02 ? 300_000 : random() * 8_000;
      now += elapsed;
      sinceChange += elapsed;
      const percent = () => random() * 130;
      const decision = autoscale(state, {
        now,
        replicas,
        min,
        max,
        queued: Math.floor(random() ** 4 * 200),
        capacity: 1 + Math.floor(random() * 3),
        cpuPct: percent(),
        memoryPct: percent(),
        hostCpuPct: percent(),
        hostMemoryPct: percent(),
      });
      ({ state } = decision);
      const step = Math.abs(decision.wanted - replicas);
      kept &&= decision.wanted >= min && decision.wanted <= max && step <= 1 && decision.reason !== '';
      kept &&= step === 0 || sinceChange >= 15_000;
      kept &&= state.looks.length <= 12;
      if (step > 0) sinceChange = 0;
      replicas = decision.wanted;
    }
    t.ok(kept, `seed ${seed}`);
  }
  t.end();
});
