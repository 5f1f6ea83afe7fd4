/** Figures of the worker since its start; sums in milliseconds. */
const zero = {
  /** Segments that were answered: spoken + missing. */
  segments: 0,
  spoken: 0,
  missing: 0,
  cacheHits: 0,
  cacheMisses: 0,
  /** Attempts that gave no sound that may be heard; timeouts among them. */
  failures: 0,
  timeouts: 0,
  synthMs: 0,
  audioMs: 0,
  /** Segments that wait for a slot now. */
  queue: 0,
  /** Payloads that were not ours. */
  refused: 0,
  ackFailures: 0,
  /** Threads of the engine, and how often one was added or taken away. */
  threads: 0,
  poolGrown: 0,
  poolShrunk: 0,
};

export type TtsCounters = typeof zero;

/** Puts this worker's figures, at zero, into those that the heartbeat carries. */
export function openCounters(carried: Record<string, number>): TtsCounters {
  return Object.assign(carried, zero);
}
