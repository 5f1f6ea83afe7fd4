import type { Backoff, Retry } from './backoff.ts';
import { afterFailure } from './backoff.ts';

/** Up for so long and then killed or stopped: nothing says that it is at fault. */
const provenMs = 250;
/** Everything waits for the bus and a try costs little, so its delays stay in the range of a child that had been steady. */
const asIfSteady = { ranMs: Infinity, killed: false };

/**
 * The delay before the next start of nats-server: at once for one that was killed, however often; else none the first time, then up to 2 s,
 * for ever. `lost` is the run that has just ended, undefined after a start that has failed; `random` in [0, 1).
 */
export function afterLoss(
  backoff: Backoff,
  lost: { ranMs: number; killed: boolean } | undefined,
  now: number,
  random: number,
): Pick<Retry, 'delayMs' | 'backoff'> {
  if (lost?.killed && lost.ranMs >= provenMs) return { delayMs: 0, backoff };
  return afterFailure(backoff, now, random, asIfSteady);
}
