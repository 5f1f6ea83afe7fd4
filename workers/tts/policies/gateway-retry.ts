import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { EngineError } from '../endpoint.ts';
import type { Clock } from './clock.ts';

export interface RetryRules {
  /** Tries in all. */
  attempts: number;
  firstMs: number;
  factor: number;
  capMs: number;
}

/** What a proxy says while the server behind it is started anew, which is soon over. All else is for others to decide. */
const gatewayErrors: readonly number[] = [502, 503, 504];
/** Somebody waits: after so long another endpoint is the better choice. */
const longestMs = 1_000;

/** Asks again, after growing pauses, as long as a proxy says that the server is not there; all of it begins within a second. */
export async function retryGateway<T>(
  { rules, clock, signal }: { rules: RetryRules; clock: Clock; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const begunAt = clock.now();
  let pauseMs = rules.firstMs;
  const mayRetry = (error: unknown) =>
    error instanceof EngineError &&
    // One that says when to come back means it.
    error.code !== 'busy' &&
    gatewayErrors.includes(error.status) &&
    !signal.aborted &&
    clock.now() - begunAt + pauseMs <= longestMs;
  const backoff = new DelegateBackoff(() => {
    const now = pauseMs;
    pauseMs = Math.min(pauseMs * rules.factor, rules.capMs);
    return now;
  });
  const policy = retry(handleWhen(mayRetry), { maxAttempts: rules.attempts - 1, backoff });
  return await policy.execute(async () => {
    signal.throwIfAborted();
    return await work();
  }, signal);
}
