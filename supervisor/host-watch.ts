import type { Logger } from 'pino';
import type { HostSource } from './host-sampler.ts';
import { HostSampler } from './host-sampler.ts';
import type { HostHistory } from './host-verdict.ts';
import { judgeHost, noHostSamples } from './host-verdict.ts';
import type { SignalKind } from './incidents/signal.ts';

export interface HostWatchOptions {
  home: string;
  log: Logger;
  onSignal: (kind: SignalKind, detail: string) => void;
  /** This machine, unless a test says otherwise. */
  source?: HostSource;
}

const signals: Record<string, SignalKind> = {
  'cpu warning': 'cpu-high',
  'cpu critical': 'cpu-high',
  'cpu fine': 'cpu-ok',
  'memory warning': 'memory-soft',
  'memory critical': 'memory-soft',
  'memory fine': 'memory-ok',
  'disk warning': 'disk-low',
  'disk critical': 'disk-full',
  'disk fine': 'disk-ok',
};

/** A disk that stays short is told of again: the bus, which needs less, may have said meanwhile that it is well. */
const tellAgainMs = 600_000;

/** CPU, memory and disk of the machine: early warnings, and what the scaler has to know. */
export class HostWatch {
  readonly #options: HostWatchOptions;
  readonly #sampler: HostSampler;
  #history: HostHistory = noHostSamples;
  #diskToldAt = -Infinity;

  constructor(options: HostWatchOptions) {
    this.#options = options;
    const { home, log, source } = options;
    this.#sampler = new HostSampler({
      home,
      onProblem: (what, err) => log.warn({ err, what }, 'not known of this machine'),
      ...(source ? { source } : {}),
    });
  }

  /** In percent; what is not known counts as free. Never throws. */
  async look(now: number): Promise<{ cpuPct: number; memoryPct: number }> {
    const sample = await this.#sampler.sample(now);
    const { history, verdicts } = judgeHost(this.#history, sample);
    this.#history = history;
    for (const { resource, level, changed, reason } of verdicts) {
      const kind = signals[`${resource} ${level}`];
      const isDue = resource === 'disk' && level !== 'fine' && now - this.#diskToldAt >= tellAgainMs;
      if (!kind || !(changed || isDue)) continue;
      if (resource === 'disk') this.#diskToldAt = now;
      this.#options.onSignal(kind, reason);
    }
    return { cpuPct: sample.cpuPct ?? 0, memoryPct: sample.memoryPct ?? 0 };
  }
}
