import { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';

/** A fault to come. */
export interface PlannedFault {
  /** Since the show went on air; later when the fault before it has not healed yet. */
  atMs: number;
  fault: string;
  /** In [0, 1): chooses the victim among those there are. */
  choice: number;
}

/** The show first finds its feet, and the last fault is to be seen healing. */
const quietMs = { first: 2_000, last: 3_000 };
const gapMs = { least: 1_500, most: 5_000 };

/** Lays out a run beforehand, so that a seed gives the same one each time. Each fault comes once before any comes again. */
export function drawPlan({
  seed,
  durationMs,
  faults,
}: {
  seed: number;
  durationMs: number;
  faults: string[];
}): PlannedFault[] {
  const random = new SeededRandom(seed);
  const plan: PlannedFault[] = [];
  let bag: string[] = [];
  let atMs = quietMs.first;
  for (;;) {
    atMs += random.whole(gapMs.least, gapMs.most);
    if (atMs > durationMs - quietMs.last || faults.length === 0) return plan;
    if (bag.length === 0) bag = [...faults];
    const [fault] = bag.splice(random.whole(0, bag.length - 1), 1);
    if (fault !== undefined) plan.push({ atMs, fault, choice: random.next() });
  }
}
