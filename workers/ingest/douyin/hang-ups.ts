import type { FeedEnd } from '../source.ts';

/** A connection that ended this soon never was a good one. */
const soonMs = 60_000;
/** Douyin hangs up at some 21 s on who does not answer pings, and a little later on who sends no heartbeat. */
const pongLimit = { fromMs: 15_000, toMs: 40_000 };
const longestWaitMs = 60_000;

/** How a push connection ended: with a WebSocket close code, or with a frame that says `close`. */
export type HangUp = number | 'close';

/** What to do about it, beside connecting again. */
export interface HangUpTreatment extends FeedEnd {
  /** The next connection should go to another host. */
  isHostBad: boolean;
  /** As it ends for those whose pongs or heartbeats do not arrive; more than once in a row. */
  isPongLate: boolean;
}

/** What the ways in which push connections end call for. No clock of its own. */
export class HangUps {
  /** The server ended it in so many words, soon after it was open, so many times in a row. */
  #said = 0;
  /** Cut at the time at which a pong is missed, so many times in a row. */
  #late = 0;

  take(end: HangUp, openForMs: number): HangUpTreatment {
    const isSoon = openForMs < soonMs;
    const isLate = end === 1006 && openForMs >= pongLimit.fromMs && openForMs <= pongLimit.toMs;
    this.#late = isLate ? this.#late + 1 : 0;
    this.#said = isSoon && isSaid(end) ? this.#said + 1 : 0;
    const isPongLate = this.#late > 1;
    const seconds = Math.round(openForMs / 1_000);
    const name = end === 'close' ? 'the server said close' : `closed with ${end}`;
    return {
      reason: `${name} after ${seconds} s${isLate ? ', as it is for a pong or a heartbeat that does not arrive' : ''}`,
      waitMs: this.#waitAfter(end),
      ...troubleOf(end),
      isHostBad: isSoon && end !== 'close',
      isPongLate,
    };
  }

  /** Going away, restarting, overloaded: that long (DL). The server's own word: the room's status comes first, and ever more slowly. */
  #waitAfter(end: HangUp): number {
    if (end === 1001) return 2_000;
    if (end === 1012) return 3_000;
    if (end === 1013) return 5_000;
    if (this.#said === 0) return 0;
    return Math.min(1_000 * 2 ** (this.#said - 1), longestWaitMs);
  }
}

/** 1000 normal, 1007 bad data, 1008 policy; others give up after these, although the room may still be on the air. */
const isSaid = (end: HangUp): boolean => end === 'close' || end === 1000 || end === 1007 || end === 1008;

function troubleOf(end: HangUp): Pick<FeedEnd, 'trouble'> {
  if (end === 1006) return { trouble: 'network' };
  if (end === 1007 || end === 1008) return { trouble: 'business' };
  return { trouble: 'closed' };
}
