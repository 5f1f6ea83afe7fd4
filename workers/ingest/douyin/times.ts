import type { AccountSignTimes } from './account-signs.ts';
import { accountSignTimes } from './account-signs.ts';

/** Lengths in milliseconds; tests shorten them. */
export interface DouyinTimes {
  /** Between the two looks that make a room off the air. */
  confirmMs: number;
  /** Before a refused handshake is tried once more, signed anew, at another host. */
  signAgainMs: number;
  /** For one answer of `im/fetch`. */
  fetchTimeoutMs: number;
  /** While a room is polled the push servers are tried again so often, and up to four times more rarely. */
  pushAgainMs: number;
  /** Between two looks at what the messages tell of the account. */
  signsMs: number;
  signs: AccountSignTimes;
}

export const douyinTimes: DouyinTimes = {
  confirmMs: 3_000,
  signAgainMs: 1_000,
  fetchTimeoutMs: 3_000,
  pushAgainMs: 60_000,
  signsMs: 10_000,
  signs: accountSignTimes,
};
