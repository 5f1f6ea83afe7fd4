import type { RoomItem } from './item.ts';

/** The sums that messages carry beside their own share: like total, audience, and so on. */
export type Tally = {
  readonly likes: number;
  readonly online: number;
  readonly viewers: number;
  readonly follows: number;
  readonly shares: number;
  /** What all gifts have come to. */
  readonly tickets: number;
};

export const FRESH_TALLY: Tally = {
  likes: 0,
  online: 12,
  viewers: 230,
  follows: 1024,
  shares: 0,
  tickets: 0,
};

/** Adds an item to the sums; the item itself then shows the sums after it. */
export function addToTally(tally: Tally, item: RoomItem): Tally {
  switch (item.kind) {
    case 'like':
      return { ...tally, likes: tally.likes + item.count };
    case 'enter':
      return item.action === 1 ? { ...tally, online: tally.online + 1, viewers: tally.viewers + 1 } : tally;
    case 'follow':
      return { ...tally, follows: tally.follows + 1 };
    case 'share':
      return { ...tally, shares: tally.shares + 1 };
    case 'audience':
    case 'stats':
      return item.online === null ? tally : { ...tally, online: item.online };
    case 'gift':
      return { ...tally, tickets: tally.tickets + Math.max(1, item.gift.diamonds) };
    case 'tickets':
      return item.count === null ? tally : { ...tally, tickets: item.count };
    case 'chat':
    case 'screen':
    case 'emoji':
    case 'fansclub':
    case 'product':
    case 'shopping':
    case 'control':
    case 'notice':
    case 'ecom':
    case 'rank':
    case 'banner':
    case 'unknown':
      return tally;
  }
}
