/** What the decision about a restart rests on; times by one clock, in milliseconds. */
export interface RestartFacts {
  now: number;
  requestsSinceRestart: number;
  /** 0: not known. */
  firstByteP95Ms: number;
  /** The same right after the last restart. */
  baselineP95Ms: number;
  /** Of the latest sounds: how many there were, and how many of them were refused. */
  judged: number;
  rejected: number;
  sentinelsInARow: number;
  /** Resident memory of its process; 0: not known. */
  memoryMb: number;
  isOccupied: boolean;
  lastRequestAt: number;
  /** Another endpoint of the same engine is being renewed. */
  isSiblingRenewing: boolean;
  /** Somebody else can speak meanwhile; the embedded voice counts. */
  isServedMeanwhile: boolean;
  /** Another server can speak meanwhile. */
  isReplaced: boolean;
  /** Attempts in a row that failed, or after which it was as bad at once; and when the last one ended (−Infinity: never). */
  attempts: number;
  lastAttemptAt: number;
}

export interface RestartRules {
  enabled: boolean;
  /** 0: not by number. */
  afterRequests: number;
  /** 0: not by memory. */
  maxMemoryMb: number;
  idleMs: number;
}

export type RestartReason = 'sentinels' | 'memory' | 'requests' | 'slow' | 'rejects';

/** The weights of a server whose inference threw are in doubt until it is loaded anew. */
const maxSentinels = 2;
const slowFactor = 2;
const verdictWindow = 30;
const maxRejectShare = 0.2;
/** As long as it is away the show is spoken by the embedded voice: better in a pause than between two sentences. */
const aloneIdleMs = 20_000;
const firstPauseMs = 10_000;
const longestPauseMs = 600_000;

/**
 * Why the server is to be renewed now; '' when it is not. Two sentinels in a row: as soon as nothing is in flight there. What is
 * not urgent (too much memory, so many requests, a first byte twice as late as after the last restart, a fifth of the sounds refused) waits until
 * nobody has asked for a while, a longer one when no other server can take over. After attempts that did not help the pause doubles, from 10 s to 10 min.
 */
export function judgeRestart(facts: RestartFacts, rules: RestartRules): RestartReason | '' {
  const { now, lastAttemptAt, attempts, lastRequestAt } = facts;
  if (!rules.enabled || facts.isOccupied || facts.isSiblingRenewing || !facts.isServedMeanwhile) return '';
  const pauseMs = attempts === 0 ? 0 : Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
  if (now - lastAttemptAt < pauseMs) return '';
  if (facts.sentinelsInARow >= maxSentinels) return 'sentinels';
  const idleMs = facts.isReplaced ? rules.idleMs : Math.max(rules.idleMs, aloneIdleMs);
  return now - lastRequestAt < idleMs ? '' : plannedReason(facts, rules);
}

function plannedReason(
  facts: RestartFacts,
  { afterRequests, maxMemoryMb }: RestartRules,
): RestartReason | '' {
  const { judged, rejected, requestsSinceRestart, firstByteP95Ms, baselineP95Ms } = facts;
  if (maxMemoryMb > 0 && facts.memoryMb > maxMemoryMb) return 'memory';
  if (judged >= verdictWindow && rejected > judged * maxRejectShare) return 'rejects';
  if (afterRequests > 0 && requestsSinceRestart >= afterRequests) return 'requests';
  if (baselineP95Ms > 0 && firstByteP95Ms > slowFactor * baselineP95Ms) return 'slow';
  return '';
}
