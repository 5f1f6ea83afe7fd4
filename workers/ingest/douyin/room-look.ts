import { delay } from '../../delay.ts';
import type { FaultLog } from '../fault-log.ts';
import type { Conditions } from './conditions.ts';
import type { LookSource, RoomBelief, Verdict } from './room-belief.ts';
import type { RoomInfo } from './room-page.ts';
import { unknownRoom } from './room-page.ts';
import { mergeInfo, withVisitor, type RoomPages } from './room-pages.ts';

interface RoomLookOptions {
  room: string;
  pages: RoomPages;
  belief: RoomBelief;
  conditions: Conditions;
  faults: Pick<FaultLog, 'report'>;
  /** Between two looks of which the second is to confirm the first. */
  confirmMs: number;
}

/** What was found, and the page's own words for when they tell of a broadcast although its status is unknown. */
export interface LookResult {
  verdict: Verdict;
  info: RoomInfo;
}

/**
 * Looks at a room: at its page, and where that tells nothing, or that the room is off the air, at the enquiry too; and once more after
 * a moment while nobody confirms it. Throws SourceError when nobody answers.
 */
export async function lookAtRoom(options: RoomLookOptions, signal: AbortSignal): Promise<LookResult> {
  const first = await lookOnce(options, signal);
  if (first.verdict.kind !== 'doubt') return first;
  if (!(await delay(options.confirmMs, signal))) signal.throwIfAborted();
  return await lookOnce(options, signal);
}

async function lookOnce(options: RoomLookOptions, signal: AbortSignal): Promise<LookResult> {
  const { pages, conditions } = options;
  const page = await pages.page(signal);
  const seen = judge(options, 'page', page);
  if (page.status === 'live' || page.status === 'paused') {
    conditions.set('captcha', false, 'the page of the room is served again');
    return { verdict: seen, info: withVisitor(page) };
  }
  const entered = await enter(options, page, signal);
  const isWithheld = page.status === 'unknown' && entered.status === 'unknown';
  conditions.set(
    'captcha',
    isWithheld,
    isWithheld
      ? 'the site withholds the page of the room (captcha or risk control); the room is taken to be as it was'
      : 'the page of the room is served again',
  );
  const info = withVisitor(mergeInfo(page, entered));
  return { verdict: entered.status === 'unknown' ? seen : judge(options, 'enter', info), info };
}

/** One that does not answer is no reason to throw when the page told something. */
async function enter(
  { pages, faults, room }: RoomLookOptions,
  page: RoomInfo,
  signal: AbortSignal,
): Promise<RoomInfo> {
  try {
    return await pages.enter(signal);
  } catch (error) {
    if (signal.aborted || page.status === 'unknown') throw error;
    faults.report('enter', { err: error, room }, 'the enquiry about a room has no answer');
    return unknownRoom;
  }
}

const judge = ({ belief }: RoomLookOptions, source: LookSource, info: RoomInfo): Verdict =>
  belief.take(source, info, Date.now());
