import type { LoadDriver } from './load-drivers.ts';

/** A replica was added for a reason: did it help? */
export interface ScaleTrial {
  at: number;
  kind: LoadDriver['kind'];
  /** What the driver would have come to without it. */
  expected: number;
}

const judgedAfterMs = 30_000;
/** Of what one replica is to do with: less could be chance. */
const helpedShare = 0.95;
/** Whoever works as hard as it can, takes work from nobody else by it. */
const saturatedPct = 95;

export function openTrial({ kind, mean, perSecond }: LoadDriver, now: number): ScaleTrial {
  return { at: now, kind, expected: mean + Math.max(0, perSecond) * (judgedAfterMs / 1_000) };
}

/** What is left to be tried, and how many additions in a row changed nothing: after 30 s, one either helped or did not. */
export function judgeTrial(
  trial: ScaleTrial | undefined,
  seen: { fruitless: number; drivers: LoadDriver[]; replicas: number; now: number },
): { trial: ScaleTrial | undefined; fruitless: number } {
  const { fruitless, drivers, now } = seen;
  if (!trial || now - trial.at < judgedAfterMs) return { trial, fruitless };
  return { trial: undefined, fruitless: hasHelped(trial, drivers, seen.replicas) ? 0 : fruitless + 1 };
}

/** Under a growing load a queue may still become longer: what counts is how far it stayed behind what was expected. */
function hasHelped({ kind, expected }: ScaleTrial, drivers: LoadDriver[], replicas: number): boolean {
  const driver = drivers.find((one) => one.kind === kind);
  if (!driver || driver.mean <= driver.target) return true;
  switch (kind) {
    case 'queue':
      // As much as may wait for one replica.
      return expected - driver.mean >= driver.target / replicas;
    case 'cpu':
      return driver.mean >= saturatedPct || driver.mean < expected * helpedShare;
    case 'memory':
      return driver.mean < expected * helpedShare;
  }
}
