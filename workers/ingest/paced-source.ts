import { delay } from '../delay.ts';
import type { Feed, FeedEnd, Source, SourceFrame } from './source.ts';

/** So much may come at once before anybody waits. */
const burstMs = 1_000;

/**
 * A source from which at most so many frames a second are taken. What comes faster waits in its own queue, which is bounded, and then
 * with the platform: a room that is flooded, by whomever, takes no more than its share of the process.
 */
export function pacedSource(
  source: Source,
  { maxFramesPerSecond, onHeld }: { maxFramesPerSecond: number; onHeld: () => void },
): Source {
  return {
    platform: source.platform,
    async open(signal) {
      const opening = await source.open(signal);
      if (opening.kind !== 'open') return opening;
      return { ...opening, feed: pacedFeed(opening.feed, 1_000 / maxFramesPerSecond, onHeld) };
    },
    [Symbol.asyncDispose]: async () => await source[Symbol.asyncDispose](),
  };
}

function pacedFeed(feed: Feed, everyMs: number, onHeld: () => void): Feed {
  return {
    title: feed.title,
    anchor: feed.anchor,
    frames: (stopReading) => pace(feed.frames(stopReading), everyMs, { stopReading, onHeld }),
    [Symbol.asyncDispose]: async () => await feed[Symbol.asyncDispose](),
  };
}

/** The virtual scheduling algorithm of ITU-T I.371: `dueAt` is when the next frame would come if all kept the pace. */
async function* pace(
  frames: AsyncGenerator<SourceFrame, FeedEnd>,
  everyMs: number,
  { stopReading, onHeld }: { stopReading: AbortSignal; onHeld: () => void },
): AsyncGenerator<SourceFrame, FeedEnd> {
  let dueAt = 0;
  for (;;) {
    const next = await frames.next();
    if (next.done) return next.value;
    const now = performance.now();
    const aheadMs = dueAt - now - burstMs;
    if (aheadMs > 0) onHeld();
    if (aheadMs > 0) await delay(aheadMs, stopReading);
    dueAt = Math.max(now, dueAt) + everyMs;
    yield next.value;
  }
}
