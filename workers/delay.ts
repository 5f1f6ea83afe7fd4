import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns at once when the signal says stop; true when the whole time has passed. */
export async function delay(durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    return await sleep(durationMs, true, { signal });
  } catch {
    return false;
  }
}
