export interface HostSample {
  at: number;
  /** Percent of all cores; `undefined` where it is not known, which is true of the first sample. */
  cpuPct: number | undefined;
  memoryPct: number | undefined;
  /** Free for us on the disk of the home folder. */
  diskFreeMb: number | undefined;
}

export type HostResource = 'cpu' | 'memory' | 'disk';
export type HostLevel = 'fine' | 'warning' | 'critical';

export interface HostVerdict {
  resource: HostResource;
  level: HostLevel;
  /** The level is another than at the sample before: to be told once. */
  changed: boolean;
  /** What was measured, against what; also when it is fine again. */
  reason: string;
}

/** The last samples, oldest first, and the levels that they led to. */
export interface HostHistory {
  samples: HostSample[];
  levels: Record<HostResource, HostLevel>;
}

/** Samples that must be over a threshold, of the last five, to enter a level; it is left when none of the five is. */
const kept = 5;
const enterSamples = { cpu: 3, memory: 3, disk: 1 } as const;
const keptMs = 120_000;

const rules = {
  cpu: { read: ({ cpuPct }: HostSample) => cpuPct, warning: 80, critical: 90, unit: '% of the cores used' },
  memory: {
    read: ({ memoryPct }: HostSample) => memoryPct,
    warning: 85,
    critical: 95,
    unit: '% of memory used',
  },
  // The one that must not fall below its thresholds.
  disk: {
    read: ({ diskFreeMb }: HostSample) => diskFreeMb,
    warning: 1_000,
    critical: 200,
    unit: 'MB of disk free',
  },
} as const;

export const noHostSamples: HostHistory = {
  samples: [],
  levels: { cpu: 'fine', memory: 'fine', disk: 'fine' },
};

/** Takes one more sample of the host into account. One verdict per resource, in this order: CPU, memory, disk. */
export function judgeHost(
  history: HostHistory,
  sample: HostSample,
): { history: HostHistory; verdicts: HostVerdict[] } {
  const recent = history.samples.filter(({ at }) => sample.at - at <= keptMs);
  const samples = [...recent, sample].slice(-kept);
  const verdicts = (['cpu', 'memory', 'disk'] as const).map((resource) =>
    judgeOne(resource, samples, history.levels[resource]),
  );
  const [cpu, memory, disk] = verdicts.map(({ level }) => level);
  const levels = { cpu: cpu ?? 'fine', memory: memory ?? 'fine', disk: disk ?? 'fine' };
  return { history: { samples, levels }, verdicts };
}

function judgeOne(resource: HostResource, samples: HostSample[], before: HostLevel): HostVerdict {
  const { read, warning, critical, unit } = rules[resource];
  const isOver = (value: number, threshold: number) =>
    resource === 'disk' ? value < threshold : value > threshold;
  const known = samples.map(read).filter((value) => value !== undefined);
  const over = (threshold: number) => known.filter((value) => isOver(value, threshold)).length;
  const reaches = (threshold: number, isIn: boolean) =>
    over(threshold) >= (isIn ? 1 : enterSamples[resource]);
  const level = reaches(critical, before === 'critical')
    ? 'critical'
    : reaches(warning, before !== 'fine')
      ? 'warning'
      : 'fine';
  const last = known.at(-1);
  const threshold = level === 'critical' ? critical : warning;
  const reason = last === undefined ? 'not known' : `${Math.round(last)} ${unit}, limit ${threshold}`;
  return {
    resource,
    level: known.length === 0 ? before : level,
    changed: known.length > 0 && level !== before,
    reason,
  };
}
