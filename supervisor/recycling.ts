/** A process that may be replaced by a fresh one, before it becomes a trouble. */
export interface RecyclingChild {
  id: string;
  startedAt: number;
  /** Drawn once for this process by `drawMaxAge`. */
  maxAgeMs: number;
  /** Until its memory reaches the soft limit, by the trend; Infinity when it does not grow. */
  softInMs: number;
  /** A viewer hears it at this moment. */
  speaking: boolean;
}

export interface RecyclingService {
  /** Those at work; spares are not recycled while they wait, only when their turn comes. */
  children: RecyclingChild[];
  /** Successors that are connected and warm. */
  readySpares: number;
  /** One of it is retiring, loading or otherwise on its way in or out. */
  changing: boolean;
}

export interface Recycling {
  id: string;
  cause: 'age' | 'memory-trend';
  reason: string;
}

const betweenMs = 60_000;
const growthAheadMs = 1_800_000;
/** Whoever speaks without end is recycled all the same, when it is as long overdue as this, or so near its limit. */
const patienceMs = 600_000;
const growthUrgentMs = 300_000;

/** The age at which one process is recycled: `maxAgeMs` ± `jitterMs`, so that those which started together do not go together. */
export function drawMaxAge(maxAgeMs: number, jitterMs: number, random: number): number {
  return Math.max(betweenMs, Math.round(maxAgeMs + (random * 2 - 1) * jitterMs));
}

/**
 * The one process to replace now, or none: never two of a service at once, never one without a ready successor, and over all
 * services not within a minute of the last (`recycledAt`; -Infinity at first).
 */
export function nextRecycling(
  services: RecyclingService[],
  recycledAt: number,
  now: number,
): Recycling | undefined {
  if (now - recycledAt < betweenMs) return undefined;
  const due = services
    .filter(({ readySpares, changing }) => readySpares > 0 && !changing)
    .flatMap(({ children }) => children)
    .map((child) => ({ child, overdueMs: now - child.startedAt - child.maxAgeMs }))
    .filter(({ child, overdueMs }) => overdueMs >= 0 || child.softInMs <= growthAheadMs)
    .filter(({ child, overdueMs }) => !child.speaking || isPressing(child, overdueMs));
  // Memory first, since its limit does not wait; then the most overdue.
  const [first] = due.toSorted(
    (a, b) => memoryRank(a.child) - memoryRank(b.child) || b.overdueMs - a.overdueMs,
  );
  return first && describe(first.child, now);
}

function isPressing({ softInMs }: RecyclingChild, overdueMs: number): boolean {
  return overdueMs >= patienceMs || softInMs <= growthUrgentMs;
}

/** Equal for all that do not grow into their limit soon; two infinities have no difference. */
function memoryRank({ softInMs }: RecyclingChild): number {
  return Math.min(softInMs, growthAheadMs + 1);
}

function describe({ id, startedAt, softInMs }: RecyclingChild, now: number): Recycling {
  if (softInMs <= growthAheadMs) {
    const minutes = Math.round(softInMs / 60_000);
    return { id, cause: 'memory-trend', reason: `will reach its soft memory limit in ${minutes} min` };
  }
  const hours = Math.round((now - startedAt) / 360_000) / 10;
  return { id, cause: 'age', reason: `has been running for ${hours} h` };
}
