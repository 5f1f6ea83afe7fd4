import type { EndpointReport } from '../../../protocol/voice-report.ts';
import { Recent } from './recent.ts';

/** Enough for a p95, few enough to forget within minutes what a server was like. */
const recentRequests = 32;
const recentVerdicts = 30;
/** The first byte of a server that was just started, against which its decay is told. */
const baselineRequests = 8;
/** Reasons come from other parts; what is not among the first is counted together. */
const maxNames = 24;

export type EndpointSnapshot = Omit<EndpointReport, 'state' | 'inFlight' | 'queued'>;
type Latency = EndpointReport['total'];

/** What one endpoint did since this process began. Times are milliseconds. */
export class EndpointStatistics {
  requests = 0;
  successes = 0;
  rejected = 0;
  failed = 0;
  hedges = 0;
  lost = 0;
  probes = 0;
  restarts = 0;
  requestsSinceRestart = 0;
  sentinelsInARow = 0;
  /** By the clock of the caller; −Infinity: never. */
  lastRequestAt = -Infinity;
  /** 1 for a sound that could be heard, 0 for one that was refused, since the last restart. */
  readonly verdicts = new Recent(recentVerdicts);
  readonly #engine: string;
  readonly #endpoint: string;
  readonly #rejects = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  readonly #firstByte = new Recent(recentRequests);
  readonly #total = new Recent(recentRequests);
  readonly #audio = new Recent(recentRequests);
  readonly #baseline = new Recent(baselineRequests);

  constructor({ engine, endpoint }: { engine: string; endpoint: string }) {
    this.#engine = engine;
    this.#endpoint = endpoint;
  }

  /** 0: nothing is known yet. */
  get firstByteP95Ms(): number {
    return this.#firstByte.quantile(0.95);
  }

  /** Until the last byte; 0: nothing is known yet. */
  get totalP95Ms(): number {
    return this.#total.quantile(0.95);
  }

  /** As it was right after the last restart; 0: not known yet. */
  get baselineP95Ms(): number {
    return this.#baseline.size < baselineRequests ? 0 : this.#baseline.quantile(0.95);
  }

  sent(now: number): void {
    this.requests += 1;
    this.requestsSinceRestart += 1;
    this.lastRequestAt = now;
  }

  heard(firstByteMs: number): void {
    this.#firstByte.add(firstByteMs);
    if (this.#baseline.size < baselineRequests) this.#baseline.add(firstByteMs);
  }

  spoke({ totalMs, audioMs }: { totalMs: number; audioMs: number }): void {
    this.successes += 1;
    this.#total.add(totalMs);
    this.#audio.add(audioMs);
  }

  fault(code: string): void {
    this.failed += 1;
    if (code === 'sentinel') this.sentinelsInARow += 1;
    count(this.#faults, code);
  }

  /** Another was faster; that is a failure when it was asked because this one was. */
  lostRace(why?: 'quiet' | 'slow'): void {
    if (why) this.fault(why);
    else this.lost += 1;
  }

  judged(ok: boolean, reasons: readonly string[]): void {
    this.verdicts.add(ok ? 1 : 0);
    if (ok) {
      this.sentinelsInARow = 0;
      return;
    }
    this.rejected += 1;
    for (const reason of reasons) count(this.#rejects, reason);
  }

  /** The server is a new one: what was known of its decay is forgotten. */
  restarted(): void {
    this.restarts += 1;
    this.requestsSinceRestart = 0;
    this.sentinelsInARow = 0;
    this.verdicts.clear();
    this.#baseline.clear();
    this.#firstByte.clear();
  }

  snapshot(): EndpointSnapshot {
    const { requests, successes, rejected, failed, hedges, lost, probes, restarts } = this;
    const totalMs = sum(this.#total.values);
    const audioMs = sum(this.#audio.values);
    return {
      engine: this.#engine,
      endpoint: this.#endpoint,
      requests,
      successes,
      rejects: Object.fromEntries(this.#rejects),
      rejected,
      faults: Object.fromEntries(this.#faults),
      failed,
      hedges,
      lost,
      probes,
      restarts,
      requestsSinceRestart: this.requestsSinceRestart,
      firstByte: latencyOf(this.#firstByte),
      total: latencyOf(this.#total),
      realTimeFactor: audioMs === 0 ? 0 : Math.round((totalMs / audioMs) * 1_000) / 1_000,
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  // A reason may carry figures of the sound; its words are what it is counted by.
  const plain = name.replaceAll(/\d+(\.\d+)?/g, '#').slice(0, 60);
  const key = counts.has(plain) || counts.size < maxNames ? plain : 'other';
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const latencyOf = (recent: Recent): Latency => ({
  p50Ms: Math.round(recent.quantile(0.5)),
  p95Ms: Math.round(recent.quantile(0.95)),
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
