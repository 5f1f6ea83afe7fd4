import type { LoadDriver, LoadLook } from './load-drivers.ts';
import { pressure, readDrivers, worstDriver } from './load-drivers.ts';
import { judgeTrial, openTrial } from './scale-trial.ts';
import type { ScaleTrial } from './scale-trial.ts';

/** What one decision is made from; looks are taken every few seconds, best every 5 s. */
export interface ScaleInput {
  now: number;
  /** Those that exist, starting ones included. */
  replicas: number;
  min: number;
  max: number;
  /** Work that waits, of the whole service. */
  queued: number;
  /** How many works one replica does at a time. */
  capacity: number;
  /** Percent of one core, mean of the replicas. */
  cpuPct: number;
  /** Percent of what a replica may use, mean of the replicas. */
  memoryPct: number;
  hostCpuPct: number;
  hostMemoryPct: number;
}

export interface ScaleState {
  /** Since the last change of the number, at most a minute, oldest first. */
  looks: (LoadLook & { wantsMore: boolean })[];
  changedAt: number;
  /** Since when every look said that fewer would do. */
  lowSince: number | undefined;
  /** When the last replica was taken away. */
  shrunkAt: number;
  /** Replicas taken away that were wanted back soon after, one after the other. */
  regrets: number;
  trial: ScaleTrial | undefined;
  /** Replicas added that changed nothing, one after the other. */
  fruitless: number;
  /** Costs so far: time of all replicas beyond the least number, and how often one was added. */
  extraReplicaMs: number;
  added: number;
}

export interface ScaleFigures {
  queueMean: number;
  queueForecast: number;
  cpuMeanPct: number;
  memoryMeanPct: number;
  /** Of the worst driver; above 1 more replicas are needed. */
  pressure: number;
  extraReplicaSeconds: number;
  added: number;
  fruitless: number;
}

export interface ScaleDecision {
  state: ScaleState;
  /** Between min and max, and at most one step away from the replicas that were between them. */
  wanted: number;
  reason: string;
  figures: ScaleFigures;
}

const lookbackMs = 60_000;
const maxLooks = 12;
/** More when three of the last four looks say so. */
const upVotes = 3;
const upLooks = 4;
/** A replica needs a moment to show what it does. */
const coolDownMs = 15_000;
const lowMs = 60_000;
const maxLowMs = 900_000;
const regretMs = 120_000;
const forgivenMs = 3_600_000;
/** After an addition that changed nothing, doubled with each further one. */
const fruitlessWaitMs = 60_000;
const maxFruitlessWaitMs = 600_000;
/** On a full host one process more takes from the others what it needs itself. */
const fullHostMemoryPct = 85;
const fullHostCpuPct = 95;

export const newScaleState: ScaleState = {
  looks: [],
  changedAt: -Infinity,
  lowSince: undefined,
  shrunkAt: -Infinity,
  regrets: 0,
  trial: undefined,
  fruitless: 0,
  extraReplicaMs: 0,
  added: 0,
};

/** How many replicas a service should have: quick to add, slow to take away, and never two steps at once. */
export function autoscale(before: ScaleState, input: ScaleInput): ScaleDecision {
  const { now, min, max, capacity } = input;
  const state = takeLook(before, input);
  const replicas = Math.min(max, Math.max(min, input.replicas));
  const drivers = readDrivers(state.looks, replicas, capacity);
  const worst = worstDriver(drivers);
  const last = state.looks.at(-1);
  if (last) state.looks = [...state.looks.slice(0, -1), { ...last, wantsMore: worst !== undefined }];
  if (now - state.shrunkAt > forgivenMs) state.regrets = 0;
  Object.assign(state, judgeTrial(state.trial, { fruitless: state.fruitless, drivers, replicas, now }));
  const isLow = worst === undefined && drivers.every(({ low }) => low);
  state.lowSince = isLow ? (state.lowSince ?? now) : undefined;

  const decide = (wanted: number, reason: string): ScaleDecision => ({
    state,
    wanted,
    reason,
    figures: figuresOf(state, drivers),
  });
  if (replicas !== input.replicas) return decide(replicas, `must be from ${min} to ${max}`);
  if (worst && state.looks.slice(-upLooks).filter(({ wantsMore }) => wantsMore).length >= upVotes) {
    const obstacle = obstacleToMore(state, input, replicas);
    if (obstacle) return decide(replicas, `${describe(worst)}, but ${obstacle}`);
    change(state, now);
    state.added += 1;
    state.regrets += now - state.shrunkAt < regretMs ? 1 : 0;
    state.trial ??= openTrial(worst, now);
    return decide(replicas + 1, describe(worst));
  }
  if (worst) return decide(replicas, `${describe(worst)}, not yet for long`);
  if (state.lowSince === undefined) return decide(replicas, 'steady');
  if (replicas === min) return decide(replicas, 'low, at the least number');
  const neededMs = Math.min(maxLowMs, lowMs * 2 ** state.regrets);
  if (now - state.lowSince < neededMs || now - state.changedAt < coolDownMs)
    return decide(replicas, 'low, not yet for long');
  change(state, now);
  state.shrunkAt = now;
  state.fruitless = 0;
  return decide(replicas - 1, `low for ${Math.round(neededMs / 1_000)} s`);
}

/** The state with this look, and without what is too old to say anything. */
function takeLook(before: ScaleState, input: ScaleInput): ScaleState {
  const { now, queued, cpuPct, memoryPct, replicas, min } = input;
  const lastAt = before.looks.at(-1)?.at;
  const elapsedMs = Math.max(0, now - (lastAt ?? before.changedAt));
  const isStale = elapsedMs > lookbackMs;
  const kept = isStale ? [] : before.looks.filter(({ at }) => now - at <= lookbackMs);
  return {
    ...before,
    looks: [...kept, { at: now, queued, cpuPct, memoryPct, wantsMore: false }].slice(-maxLooks),
    lowSince: isStale ? undefined : before.lowSince,
    trial: isStale ? undefined : before.trial,
    extraReplicaMs: before.extraReplicaMs + (isStale ? 0 : elapsedMs * Math.max(0, replicas - min)),
  };
}

/** Why there cannot be one more now; empty when there can. */
function obstacleToMore(state: ScaleState, input: ScaleInput, replicas: number): string {
  const { now, max, hostCpuPct, hostMemoryPct } = input;
  if (replicas >= max) return 'at the greatest number';
  if (hostMemoryPct > fullHostMemoryPct)
    return `the memory of the host is used to ${Math.round(hostMemoryPct)} %`;
  if (hostCpuPct > fullHostCpuPct) return `the CPU of the host is used to ${Math.round(hostCpuPct)} %`;
  const waitMs =
    state.fruitless === 0
      ? coolDownMs
      : Math.min(maxFruitlessWaitMs, fruitlessWaitMs * 2 ** (state.fruitless - 1));
  if (now - state.changedAt >= waitMs) return '';
  return state.fruitless === 0 ? 'the last change is too recent' : 'the last one added changed nothing';
}

/** Looks under another number of replicas say nothing about this one. */
function change(state: ScaleState, now: number): void {
  state.looks = [];
  state.changedAt = now;
  state.lowSince = undefined;
}

function describe({ kind, mean, forecast, target }: LoadDriver): string {
  const soon = forecast > mean ? `, soon ${Math.round(forecast)}` : '';
  return `${kind} at ${Math.round(mean)}${soon}, over ${Math.round(target)}`;
}

function figuresOf(state: ScaleState, drivers: LoadDriver[]): ScaleFigures {
  const of = (kind: LoadDriver['kind']) => drivers.find((driver) => driver.kind === kind);
  const round = (value = 0) => Math.round(value * 100) / 100;
  return {
    queueMean: round(of('queue')?.mean),
    queueForecast: round(of('queue')?.forecast),
    cpuMeanPct: round(of('cpu')?.mean),
    memoryMeanPct: round(of('memory')?.mean),
    pressure: round(Math.max(...drivers.map(pressure))),
    extraReplicaSeconds: Math.round(state.extraReplicaMs / 1_000),
    added: state.added,
    fruitless: state.fruitless,
  };
}
