import { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';

/** A fault to come. */
export interface PlannedFault {
  /** Since the show went on air; later when the fault before it has not healed yet. */
  atMs: number;
  fault: string;
  /** In [0, 1): chooses the victim among those there are. */
  choice: number;
}

/** What the plan has to know of a fault. */
export interface Candidate {
  name: string;
  kind: string;
  slow?: boolean;
}

/** The show first finds its feet, and the last fault is to be seen healing. */
const quietMs = { first: 2_000, last: 3_000 };
const gapMs = { least: 1_000, most: 3_500 };

/**
 * Lays out a run beforehand, so that a seed gives the same one each time. First comes one fault of each kind, then the others, slow
 * ones at the end, and only when all have been it begins again: a short run is as varied as it can be.
 */
export function drawPlan({
  seed,
  durationMs,
  faults,
}: {
  seed: number;
  durationMs: number;
  faults: Candidate[];
}): PlannedFault[] {
  const random = new SeededRandom(seed);
  const plan: PlannedFault[] = [];
  let round: string[] = [];
  let atMs = quietMs.first;
  for (;;) {
    atMs += random.whole(gapMs.least, gapMs.most);
    if (atMs > durationMs - quietMs.last || faults.length === 0) return plan;
    if (round.length === 0) round = drawRound(faults, random);
    const fault = round.shift();
    if (fault !== undefined) plan.push({ atMs, fault, choice: random.next() });
  }
}

/** Every fault once. */
function drawRound(faults: Candidate[], random: SeededRandom): string[] {
  const shuffled = shuffle(faults, random);
  const quick = shuffled.filter(({ slow }) => slow !== true);
  const first = [...Map.groupBy(quick, ({ kind }) => kind).values()].flatMap(([one]) => one ?? []);
  const rest = quick.filter((fault) => !first.includes(fault));
  const slow = shuffled.filter((fault) => fault.slow === true);
  return [...first, ...rest, ...slow].map(({ name }) => name);
}

function shuffle<Item>(items: Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
