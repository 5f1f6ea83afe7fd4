export interface PoolLimits {
  min: number;
  max: number;
  /** The most that can be seen waiting, because the queues in front are bounded. */
  queueBound: number;
}

export interface PoolLook {
  now: number;
  threads: number;
  /** Work that waits for a thread. */
  queued: number;
  /** Threads that work at this moment. */
  busy: number;
}

export interface PoolState {
  /** Looks since the last check. */
  queuedSum: number;
  busySum: number;
  looks: number;
  checkedAt: number;
  lookedAt: number;
  /** Checks in a row that asked for more, and for fewer. */
  moreChecks: number;
  fewerChecks: number;
  shrunkAt: number;
  /** How many checks must ask for fewer; doubled each time that a thread was wanted back soon after it had gone. */
  fewerNeeded: number;
}

export interface PoolDecision {
  state: PoolState;
  /** From min to max, and at most one step away. */
  threads: number;
  /** Empty when nothing changes. */
  reason: string;
}

const checkMs = 1_000;
/** Longer without a look, and what was counted says nothing any more. */
const staleMs = 5_000;
const morePerThread = 3;
const fewerPerThread = 0.5;
/** Bounded queues in front of many threads may never hold three for each: nearly full is as much as can be seen. */
const nearlyFull = 0.75;
/** Quick to grow, slow to shrink: a thread too many costs memory, one too few costs silence. */
const moreNeeded = 2;
const leastFewerNeeded = 30;
const mostFewerNeeded = 600;
const regretMs = 60_000;

export function newPoolState(now: number): PoolState {
  return {
    queuedSum: 0,
    busySum: 0,
    looks: 0,
    checkedAt: now,
    lookedAt: now,
    moreChecks: 0,
    fewerChecks: 0,
    shrunkAt: -Infinity,
    fewerNeeded: leastFewerNeeded,
  };
}

/**
 * How many threads a pool should have. Looks come a few times a second, and every second their mean is checked: more than three
 * that wait for each thread, and it grows; fewer than one for every two threads, while one thread less would do, and it shrinks.
 */
export function judgePoolSize(before: PoolState, look: PoolLook, limits: PoolLimits): PoolDecision {
  const { now, queued, busy } = look;
  const threads = Math.min(limits.max, Math.max(limits.min, look.threads));
  if (now - before.lookedAt > staleMs) {
    const { shrunkAt, fewerNeeded } = before;
    return { state: { ...newPoolState(now), shrunkAt, fewerNeeded }, threads, reason: '' };
  }
  const state: PoolState = {
    ...before,
    lookedAt: now,
    queuedSum: before.queuedSum + queued,
    busySum: before.busySum + busy,
    looks: before.looks + 1,
  };
  if (now - state.checkedAt < checkMs) return { state, threads, reason: '' };
  return check(state, now, threads, limits);
}

function check(state: PoolState, now: number, threads: number, limits: PoolLimits): PoolDecision {
  const meanQueued = state.queuedSum / state.looks;
  const meanBusy = state.busySum / state.looks;
  const much = Math.min(morePerThread * threads, limits.queueBound * nearlyFull);
  const wantsMore = meanQueued > much;
  const wantsFewer = meanQueued < threads * fewerPerThread && meanBusy <= threads - 1;
  const next: PoolState = {
    ...state,
    queuedSum: 0,
    busySum: 0,
    looks: 0,
    checkedAt: now,
    moreChecks: wantsMore ? state.moreChecks + 1 : 0,
    fewerChecks: wantsFewer ? state.fewerChecks + 1 : 0,
  };
  const mean = Math.round(meanQueued * 10) / 10;
  if (next.moreChecks >= moreNeeded && threads < limits.max) {
    const isRegret = now - state.shrunkAt < regretMs;
    const fewerNeeded = isRegret ? Math.min(mostFewerNeeded, state.fewerNeeded * 2) : leastFewerNeeded;
    const grown = { ...next, moreChecks: 0, fewerNeeded };
    return { state: grown, threads: threads + 1, reason: `${mean} waited for ${threads} threads` };
  }
  if (next.fewerChecks >= state.fewerNeeded && threads > limits.min) {
    const shrunk = { ...next, fewerChecks: 0, shrunkAt: now };
    return { state: shrunk, threads: threads - 1, reason: `${mean} waited for ${threads} threads` };
  }
  return { state: next, threads, reason: '' };
}
