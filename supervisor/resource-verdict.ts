export interface ResourceSample {
  /** Milliseconds of the supervision clock. */
  at: number;
  rssMb: number;
  /** Percent of one core since the sample before. */
  cpuPct: number;
}

export interface ResourceLimits {
  /** Beyond it a child is replaced when its successor is ready. */
  softMb: number;
  /** Beyond it a child is ended at once. */
  hardMb: number;
  /** Percent of one core. */
  cpuPct: number;
}

/** The last samples of one process, oldest first. A new process begins with `noSamples`. */
export interface ResourceHistory {
  /** `undefined` where CPU was not measured yet. */
  samples: { at: number; rssMb: number; cpuPct: number | undefined }[];
  /** The process was sampled before: its CPU is known. */
  primed: boolean;
}

/**
 * - `fine`.
 * - `busy`: a warning. CPU alone never ends a child; together with missed progress it is a reason to replace it.
 * - `soft`: to be replaced, its successor first.
 * - `hard`: to be ended now, since a process was seen to grow by 1 GB in a second.
 */
export interface ResourceVerdict {
  kind: 'fine' | 'busy' | 'soft' | 'hard';
  /** Also when the memory is the graver trouble. */
  busy: boolean;
  /** Empty when fine. */
  reason: string;
}

const kept = 5;
const softSamples = 3;
const busySamples = 5;
/** Older samples say nothing about now: the supervisor, or the host, stood still meanwhile. */
const keptMs = 30_000;
const usualMs = 1_000;
const closeMs = 250;
const closeShare = 0.8;
const aheadMs = 2_000;

export const noSamples: ResourceHistory = { samples: [], primed: false };

/** Takes one more sample of the same process into account. */
export function judgeResources(
  history: ResourceHistory,
  sample: ResourceSample,
  limits: ResourceLimits,
): { history: ResourceHistory; verdict: ResourceVerdict } {
  const { at, rssMb } = sample;
  // pidusage says 0 for the first sample of a process, however busy it is.
  const cpuPct = history.primed ? sample.cpuPct : undefined;
  const recent = history.samples.filter((earlier) => at - earlier.at <= keptMs);
  const samples = [...recent, { at, rssMb, cpuPct }].slice(-kept);
  return { history: { samples, primed: true }, verdict: verdictOf(samples, limits) };
}

/** When to sample next: sooner as long as one child is near its limit, or would reach the hard one before the next usual look. */
export function nextSampleMs(children: { history: ResourceHistory; limits: ResourceLimits }[]): number {
  return children.some(({ history, limits }) => isClose(history, limits)) ? closeMs : usualMs;
}

function verdictOf(samples: ResourceHistory['samples'], limits: ResourceLimits): ResourceVerdict {
  const { softMb, hardMb, cpuPct } = limits;
  const rssMb = samples.at(-1)?.rssMb ?? 0;
  const busy = samples.filter((sample) => (sample.cpuPct ?? 0) > cpuPct).length >= busySamples;
  if (rssMb > hardMb) return { kind: 'hard', busy, reason: `used ${rssMb} MB, over its ${hardMb} MB` };
  const over = samples.filter((sample) => sample.rssMb > softMb).length;
  if (over >= softSamples) {
    const most = Math.max(...samples.map((sample) => sample.rssMb));
    const reason = `used up to ${most} MB, in ${over} of ${samples.length} samples over its soft ${softMb} MB`;
    return { kind: 'soft', busy, reason };
  }
  if (!busy) return { kind: 'fine', busy, reason: '' };
  return { kind: 'busy', busy, reason: `used over ${cpuPct} % of a core in ${busySamples} samples` };
}

function isClose({ samples }: ResourceHistory, { softMb, hardMb }: ResourceLimits): boolean {
  const last = samples.at(-1);
  if (!last) return false;
  if (last.rssMb > softMb * closeShare) return true;
  const before = samples.at(-2);
  if (!before || last.at <= before.at) return false;
  const mbPerMs = (last.rssMb - before.rssMb) / (last.at - before.at);
  return last.rssMb + mbPerMs * aheadMs >= hardMb;
}
