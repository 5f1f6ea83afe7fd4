import { fitLine, trendCertainty } from './theil-sen.ts';

/** What was seen of a service at one time. */
export interface LoadLook {
  at: number;
  /** Work that waits for a replica, of the whole service. */
  queued: number;
  /** Percent of one core, mean of the replicas. */
  cpuPct: number;
  /** Percent of what a replica may use, mean of the replicas. */
  memoryPct: number;
}

/** One of the reasons for which a service may need more replicas or fewer. */
export interface LoadDriver {
  kind: 'queue' | 'cpu' | 'memory';
  /** Of the last looks. */
  mean: number;
  /** What it will be in 20 s when its trend is sure; else the mean. */
  forecast: number;
  /** Rise per second, sure or not. */
  perSecond: number;
  /** Beyond it more replicas are needed. */
  target: number;
  /** One replica less would do. */
  low: boolean;
}

const meanLooks = 4;
const aheadMs = 20_000;
/** Six looks of which each is higher than the one before are just sure enough: there are many looks in a day for chance to play with. */
const leastCertainty = 2.5;
const queuePerWorker = 3;
const lowQueuePerWorker = 0.5;
const cpuTargetPct = 70;
const memoryTargetPct = 80;
/** Where a replica less would bring the others to this share of the target, it would soon be wanted back. */
const lowShare = 0.8;

/** Queue, CPU and memory by the looks since the last change, oldest first; `capacity`: how many works one replica does at a time. */
export function readDrivers(looks: LoadLook[], replicas: number, capacity: number): LoadDriver[] {
  const workers = replicas * capacity;
  const onFewer = replicas > 1 ? replicas / (replicas - 1) : 1;
  const queue = read(looks, ({ queued }) => queued);
  const cpu = read(looks, ({ cpuPct }) => cpuPct);
  const memory = read(looks, ({ memoryPct }) => memoryPct);
  return [
    {
      kind: 'queue',
      ...queue,
      target: queuePerWorker * workers,
      low: Math.max(queue.mean, queue.forecast) < lowQueuePerWorker * workers,
    },
    {
      kind: 'cpu',
      ...cpu,
      target: cpuTargetPct,
      low: Math.max(cpu.mean, cpu.forecast) * onFewer < cpuTargetPct * lowShare,
    },
    // Most of a replica's memory is its own, whatever it does: what one less would leave to the others is not known.
    { kind: 'memory', ...memory, target: memoryTargetPct, low: memory.mean < memoryTargetPct * lowShare },
  ];
}

/** The driver that is furthest beyond its target, now or soon. */
export function worstDriver(drivers: LoadDriver[]): LoadDriver | undefined {
  return drivers
    .filter((driver) => pressure(driver) > 1)
    .toSorted((a, b) => pressure(b) - pressure(a))
    .at(0);
}

/** Share of the target; above 1 more replicas are needed. */
export function pressure({ mean, forecast, target }: LoadDriver): number {
  return Math.max(mean, forecast) / target;
}

function read(
  looks: LoadLook[],
  value: (look: LoadLook) => number,
): { mean: number; forecast: number; perSecond: number } {
  const recent = looks.slice(-meanLooks);
  const mean = recent.reduce((sum, look) => sum + value(look), 0) / Math.max(1, recent.length);
  const points = looks.map((look) => ({ at: look.at, value: value(look) }));
  const { slope, valueAt } = fitLine(points);
  const isSure = Math.abs(trendCertainty(points)) >= leastCertainty;
  const forecast = isSure ? Math.max(0, valueAt((looks.at(-1)?.at ?? 0) + aheadMs)) : mean;
  return { mean, forecast, perSecond: slope * 1_000 };
}
