/**
 * Whether an endpoint is asked at all. `closed`: it is; left when too much went wrong. `open`: it is left alone until `until`, then
 * probed. `probing`: one probe is under way, nobody else is let through; left by the outcome of the probe.
 *
 * It is not cockatiel's, which goes by the wall clock, takes a probe that was given up for a success, and can only be told what is
 * known when the call returns: whether a sound may be heard is known later.
 */
export type Breaker = {
  /** For how long it is left alone the next time. */
  openMs: number;
} & (
  | {
      kind: 'closed';
      /** In a row, each. */
      failures: number;
      quiet: number;
      sentinels: number;
      good: number;
      /** Whether the sounds of late could be heard, oldest first. */
      verdicts: readonly boolean[];
    }
  | { kind: 'open'; until: number }
  | { kind: 'probing' }
);

/**
 * `quiet`: given up after it had said nothing for too long, because another was faster; one of them says little, several in a row
 * that it hangs, and a probe finds out. `verdict`: what the quality gate said of a sound. `broken` and `renewed` end a restart.
 * `probe-left` is a probe that told nothing: the endpoint was busy, or the probe was stopped.
 */
export type BreakerEvent =
  | { kind: 'success' }
  | { kind: 'failure' }
  | { kind: 'quiet' }
  | { kind: 'sentinel' }
  | { kind: 'verdict'; ok: boolean }
  | { kind: 'probe' }
  | { kind: 'probe-passed' }
  | { kind: 'probe-failed' }
  | { kind: 'probe-left' }
  | { kind: 'broken' }
  | { kind: 'renewed' };

export interface BreakerRules {
  /** Failures in a row after which it is left alone; as many good sounds in a row make it forget that it was. */
  failures: number;
  openMs: number;
  maxOpenMs: number;
}

export interface BreakerContext {
  now: number;
  /** In [0, 1). */
  random: number;
  rules: BreakerRules;
}

/** The mark of an inference that threw: once may be the text, twice is the server. */
const maxSentinels = 2;
const verdictWindow = 8;
/** More than half of the window. */
const maxRejects = verdictWindow / 2;
/** Each pause is up to a quarter shorter, so that endpoints that fell together are not probed together. */
const jitter = 0.25;

export function closedBreaker({ openMs }: BreakerRules): Breaker {
  return { kind: 'closed', openMs, failures: 0, quiet: 0, sentinels: 0, good: 0, verdicts: [] };
}

/** Results that come late, when it is no longer closed, change nothing. Throws when a probe begins or ends that cannot. */
export function stepBreaker(breaker: Breaker, event: BreakerEvent, context: BreakerContext): Breaker {
  const { rules } = context;
  switch (event.kind) {
    case 'probe':
      if (breaker.kind !== 'open') throw new Error(`A breaker that is ${breaker.kind} got a probe`);
      return { kind: 'probing', openMs: breaker.openMs };
    case 'probe-passed':
      expectProbing(breaker, event);
      return { ...closedBreaker(rules), openMs: breaker.openMs };
    case 'probe-failed':
      expectProbing(breaker, event);
      return opened(breaker, context);
    case 'probe-left':
      expectProbing(breaker, event);
      return { ...opened({ openMs: rules.openMs }, context), openMs: breaker.openMs };
    case 'broken':
      return opened(breaker, context);
    case 'renewed':
      return closedBreaker(rules);
    default:
      return breaker.kind === 'closed' ? whileClosed(breaker, event, context) : breaker;
  }
}

type Closed = Extract<Breaker, { kind: 'closed' }>;
type Outcome = Extract<BreakerEvent, { kind: 'success' | 'failure' | 'quiet' | 'sentinel' | 'verdict' }>;

function whileClosed(breaker: Closed, event: Outcome, context: BreakerContext): Breaker {
  const { rules } = context;
  const next = noteOutcome(breaker, event, rules);
  const rejects = next.verdicts.filter((ok) => !ok).length;
  const isBad =
    next.failures >= rules.failures ||
    next.quiet >= rules.failures ||
    next.sentinels >= maxSentinels ||
    rejects > maxRejects;
  return isBad ? opened(next, context) : next;
}

function noteOutcome(breaker: Closed, event: Outcome, rules: BreakerRules): Closed {
  switch (event.kind) {
    case 'success':
      return { ...breaker, failures: 0, quiet: 0 };
    case 'failure':
      return { ...breaker, failures: breaker.failures + 1, good: 0 };
    case 'quiet':
      return { ...breaker, quiet: breaker.quiet + 1, good: 0 };
    case 'sentinel':
      return { ...breaker, sentinels: breaker.sentinels + 1, good: 0 };
    case 'verdict': {
      const verdicts = [...breaker.verdicts, event.ok].slice(-verdictWindow);
      if (!event.ok) return { ...breaker, verdicts, good: 0 };
      const good = breaker.good + 1;
      const openMs = good >= rules.failures ? rules.openMs : breaker.openMs;
      return { ...breaker, verdicts, good, openMs, sentinels: 0 };
    }
  }
}

/** The next time it is left alone for twice as long, unless it does well in between: also what passes probes and fails at work. */
function opened({ openMs }: { openMs: number }, { now, random, rules }: BreakerContext): Breaker {
  const until = now + openMs * (1 - jitter * random);
  return { kind: 'open', until, openMs: Math.min(openMs * 2, rules.maxOpenMs) };
}

function expectProbing(breaker: Breaker, event: BreakerEvent): void {
  if (breaker.kind !== 'probing') throw new Error(`A breaker that is ${breaker.kind} got ${event.kind}`);
}
