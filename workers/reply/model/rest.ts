import type { ModelFault } from './model-fault.ts';

/**
 * Whether an endpoint is asked: it is left alone until `until`, each time twice as long, after so many failures in a row. Not cockatiel's breaker,
 * which goes by the wall clock and knows neither what a server asks for with Retry-After, nor that a wrong key is not mended by waiting.
 */
export interface Rest {
  failures: number;
  /** For how long it is left alone the next time. */
  openMs: number;
  /** In milliseconds of the clock that is given. */
  until: number;
}

export interface RestRules {
  failures: number;
  openMs: number;
  maxOpenMs: number;
}

export const rested = ({ openMs }: RestRules): Rest => ({ failures: 0, openMs, until: -Infinity });

/** What nobody but the question is to blame for. */
const harmless: ReadonlySet<ModelFault> = new Set(['filtered', 'rejected']);

/** After a failure; once it was left alone, a single one is enough. */
export function afterFault(
  rest: Rest,
  { code, retryAfterMs }: { code: ModelFault; retryAfterMs: number },
  { now, rules }: { now: number; rules: RestRules },
): Rest {
  if (harmless.has(code)) return rest;
  if (code === 'refused') return { ...rest, failures: rules.failures, until: now + rules.maxOpenMs };
  if (code === 'busy') {
    const waitMs = retryAfterMs > 0 ? Math.min(retryAfterMs, rules.maxOpenMs) : rest.openMs;
    return { ...rest, until: Math.max(rest.until, now + waitMs) };
  }
  const failures = Math.min(rules.failures, rest.failures + 1);
  if (failures < rules.failures) return { ...rest, failures };
  return { failures, openMs: Math.min(rest.openMs * 2, rules.maxOpenMs), until: now + rest.openMs };
}
