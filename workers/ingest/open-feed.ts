import { delay } from '../delay.ts';
import type { FaultLog } from './fault-log.ts';
import type { Feed, Opening, Source } from './source.ts';
import { SourceError } from './source.ts';

interface OpenFeedOptions {
  room: string;
  source: Source;
  faults: FaultLog;
  signal: AbortSignal;
  /** Pages, a signer and a handshake, each with its own deadline, have their time within this. */
  openMs?: number;
  closeMs?: number;
}

/**
 * Opens a feed within a deadline, whatever the source does: one that never answers, or never closes, must not keep its room from being
 * tried again. What comes too late is closed.
 */
export async function openFeed({
  room,
  source,
  faults,
  signal,
  openMs = 180_000,
  closeMs = 10_000,
}: OpenFeedOptions): Promise<Opening> {
  const late = new AbortController();
  const either = AbortSignal.any([signal, late.signal]);
  const opening = Promise.try(() => source.open(either));
  const done = new AbortController();
  const stop = AbortSignal.any([signal, done.signal]);
  const result = await Promise.race([
    opening,
    // When the signal says stop, the source still has its time to tidy up.
    delay(openMs, stop).then(async (isLate) => {
      if (isLate) late.abort(new SourceError('network', `No answer within ${openMs} ms`));
      else await delay(closeMs, done.signal);
      return undefined;
    }),
  ]).finally(() => done.abort());
  if (result?.kind === 'open') return { kind: 'open', feed: closing(result.feed, { room, faults, closeMs }) };
  if (result) return result;
  opening.then(
    async (found) => {
      if (found.kind === 'open') await closing(found.feed, { room, faults, closeMs })[Symbol.asyncDispose]();
    },
    () => undefined,
  );
  signal.throwIfAborted();
  throw new SourceError('network', `The source did not answer within ${openMs} ms`);
}

/** The feed with a bound on the time that its closing may take, and an end to what it may throw. */
function closing(
  feed: Feed,
  { room, faults, closeMs }: { room: string; faults: FaultLog; closeMs: number },
): Feed {
  return {
    title: feed.title,
    anchor: feed.anchor,
    frames: (stopReading) => feed.frames(stopReading),
    async [Symbol.asyncDispose]() {
      const done = new AbortController();
      try {
        const closed = Promise.try(() => feed[Symbol.asyncDispose]()).then(() => true);
        const isClosed = await Promise.race([closed, delay(closeMs, done.signal).then(() => false)]);
        if (!isClosed) faults.report('close', { room, closeMs }, 'a feed does not close, it is left behind');
      } catch (error) {
        faults.report('close', { err: error, room }, 'a feed could not be closed');
      } finally {
        done.abort();
      }
    },
  };
}
