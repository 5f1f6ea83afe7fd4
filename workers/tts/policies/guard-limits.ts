import type { BreakerRules } from './breaker.ts';
import type { RetryRules } from './gateway-retry.ts';
import type { Rate } from './token-bucket.ts';

/** What is tried again, when an endpoint is left alone, and how often it is asked. */
export interface GuardLimits {
  retry: RetryRules;
  breaker: BreakerRules;
  rate: Rate;
}

/** For programs of this machine, whose configuration names none. */
export const localLimits: GuardLimits = {
  retry: { attempts: 1, firstMs: 1, factor: 1, capMs: 1 },
  breaker: { failures: 3, openMs: 1_000, maxOpenMs: 30_000 },
  rate: { capacity: 1_000, perSecond: 1_000 },
};
