/**
 * The classes of trouble with a connection: it was closed by the other side, the network failed, the platform refuses our credentials,
 * it refuses what we asked for, or something here failed. Each has its own delays and its own treatment.
 */
export const troubleClasses = ['closed', 'network', 'authentication', 'business', 'system'] as const;
export type TroubleClass = (typeof troubleClasses)[number];

/** The delay before try `n` (from 1) after trouble in a row; `linear`: `firstMs` × n, `exponential`: `firstMs` × 2ⁿ⁻¹; never above `mostMs`. */
export interface RetryDelays {
  growth: 'linear' | 'exponential';
  firstMs: number;
  mostMs: number;
}

/** How a source wants to be treated by the session that keeps it. Times in milliseconds. */
export interface ConnectionPolicy {
  delays: Record<TroubleClass, RetryDelays>;
  /** Least time between the beginnings of two attempts, whatever happened. */
  floorMs: number;
  /**
   * While the platform refuses this client: after one more try at once, with another server and a new signature, so long between two
   * tries, twice as long each time …
   */
  blockedMs: number;
  /** … up to this. */
  blockedMostMs: number;
  /** A room that is off the air is asked again after `offlinePollMs` to twice that. */
  offlinePollMs: number;
  /** Without a frame for so long that is said … */
  silenceWarnMs: number;
  /** … and for so long the connection is given up; 0: never, because the source is silent in a quiet room. */
  silenceLostMs: number;
}

/** What is used where a platform's own values are not known. */
export const genericPolicy: ConnectionPolicy = {
  delays: {
    closed: { growth: 'linear', firstMs: 3_000, mostMs: 15_000 },
    network: { growth: 'linear', firstMs: 10_000, mostMs: 60_000 },
    authentication: { growth: 'linear', firstMs: 5_000, mostMs: 30_000 },
    business: { growth: 'linear', firstMs: 5_000, mostMs: 30_000 },
    system: { growth: 'linear', firstMs: 5_000, mostMs: 30_000 },
  },
  floorMs: 1_000,
  blockedMs: 60_000,
  blockedMostMs: 900_000,
  offlinePollMs: 15_000,
  silenceWarnMs: 60_000,
  silenceLostMs: 90_000,
};

/** Two to the power of the tries in a row, 1 … 60 s: for a platform that is known to take everybody back at once. */
export const quickDelays: RetryDelays = { growth: 'exponential', firstMs: 1_000, mostMs: 60_000 };

const hurried: RetryDelays = { growth: 'exponential', firstMs: 500, mostMs: 10_000 };

/** For a relay nearby, which is started and stopped by hand, takes everybody back at once, and is silent in a quiet room. */
export const relayPolicy: ConnectionPolicy = {
  ...genericPolicy,
  delays: { ...genericPolicy.delays, closed: hurried, network: hurried, system: quickDelays },
  silenceLostMs: 0,
};
