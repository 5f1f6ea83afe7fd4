import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { untilBeat } from '../protocol/until-beat.ts';
import type { ChildRecord } from './child-record.ts';
import { pidOf } from './child-record.ts';
import type { MemoryTrend } from './memory-trend.ts';
import { addToTrend, judgeTrend, newTrend } from './memory-trend.ts';
import { drawMaxAge } from './recycling.ts';
import type { ResourceHistory, ResourceVerdict } from './resource-verdict.ts';
import { judgeResources, nextSampleMs, noSamples } from './resource-verdict.ts';
import type { Sample } from './sampler.ts';
import { sample } from './sampler.ts';

export interface ResourceWatchOptions {
  log: Logger;
  /** Between two looks, as long as nobody is near a limit. */
  sampleMs: number;
  /** Of the supervisor's clock. */
  now: () => number;
  children: () => ChildRecord[];
  /** What is not fine, again at every look while it lasts. */
  onVerdict: (child: ChildRecord, verdict: ResourceVerdict) => void;
  onLooked: () => void;
  signal: AbortSignal;
}

/** What is known of one process. */
export interface Usage extends Sample {
  generation: number;
  startedAt: number;
  /** Drawn once: at which age it is replaced; 0: never. */
  maxAgeMs: number;
  history: ResourceHistory;
  trend: MemoryTrend;
}

/** Ages differ by this much, so that those who started together do not go together. */
const ageJitter = 0.15;

/** CPU and memory of the children, read again and again, and who uses too much. */
export class ResourceWatch {
  readonly #options: ResourceWatchOptions;
  readonly #usages = new Map<string, Usage>();

  constructor(options: ResourceWatchOptions) {
    this.#options = options;
  }

  of(id: string): Usage | undefined {
    return this.#usages.get(id);
  }

  /** Until its memory reaches the soft limit, if it goes on like this. */
  softInMs({ id, spec }: ChildRecord): number {
    const usage = this.#usages.get(id);
    return usage ? judgeTrend(usage.trend, this.#options.now(), spec.softMb).softInMs : Infinity;
  }

  forget(id: string): void {
    this.#usages.delete(id);
  }

  async run(): Promise<void> {
    const { signal, log, sampleMs, children } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        log.warn({ err: error }, 'cannot read CPU and memory');
      }
      const states = children().flatMap((child) => {
        const history = this.#usages.get(child.id)?.history;
        return history ? [{ history, limits: limitsOf(child) }] : [];
      });
      const waitMs = untilBeat(Math.min(sampleMs, nextSampleMs(states)), Date.now());
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { children, onVerdict, onLooked, now } = this.#options;
    const before = children().filter((child) => pidOf(child) > 0);
    const samples = await sample(before.map(pidOf));
    const current = new Map(children().map((child) => [child.id, child]));
    for (const { id, generation } of before) {
      const child = current.get(id);
      const found = child && samples.get(pidOf(child));
      if (!found || child.generation !== generation) continue;
      const verdict = this.#add(child, found, now());
      if (verdict.kind !== 'fine') onVerdict(child, verdict);
    }
    onLooked();
  }

  #add(child: ChildRecord, found: Sample, now: number): ResourceVerdict {
    const { id, spec, generation } = child;
    const known = this.#usages.get(id);
    const usage = known?.generation === generation ? known : newUsage(child, now);
    const { history, verdict } = judgeResources(usage.history, { at: now, ...found }, limitsOf(child));
    const trend = addToTrend(usage.trend, now, found.rssMb);
    this.#usages.set(id, { ...usage, ...found, generation, history, trend });
    return spec.swappable || verdict.kind !== 'soft' ? verdict : { ...verdict, kind: 'fine' };
  }
}

function newUsage({ spec, generation }: ChildRecord, now: number): Usage {
  const { maxAgeMs } = spec;
  return {
    generation,
    startedAt: now,
    maxAgeMs: maxAgeMs === 0 ? 0 : drawMaxAge(maxAgeMs, maxAgeMs * ageJitter, Math.random()),
    history: noSamples,
    trend: newTrend(now),
    rssMb: 0,
    cpuPct: 0,
  };
}

function limitsOf({ spec }: ChildRecord): { softMb: number; hardMb: number; cpuPct: number } {
  return { softMb: spec.softMb, hardMb: spec.limitMb, cpuPct: spec.cpuPct };
}
