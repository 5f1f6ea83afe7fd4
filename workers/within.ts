import { delay } from './delay.ts';

/** An answer that went down with the bus is not waited for: throws when it does not come in time, or the signal says stop. */
export async function within<Answer>(
  request: Promise<Answer>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const waiting = new AbortController();
  const late = delay(timeoutMs, AbortSignal.any([waiting.signal, signal])).then(() => {
    throw new Error(`no answer within ${timeoutMs} ms`);
  });
  late.catch(() => undefined);
  request.catch(() => undefined);
  try {
    return await Promise.race([request, late]);
  } finally {
    waiting.abort();
  }
}
