/**
 * A part of the rooms: those of one of several processes that do the same for different rooms. Which rooms these are hangs on the
 * room's name and on `of` alone, so that two processes with different configurations never both take a room for theirs.
 */
export interface Share {
  /** From 0. */
  index: number;
  of: number;
}

export const everything: Share = { index: 0, of: 1 };

/**
 * Which of `of` shares a room belongs to. Rendezvous hashing: each share bids for the room, the highest bid has it, so that one share
 * more takes rooms from all others and moves none between them.
 */
export function shareOf(room: string, of: number): number {
  let best = 0;
  let highest = -1;
  for (let index = 0; index < of; index++) {
    const bid = hash(`${index}/${room}`);
    if (bid <= highest) continue;
    best = index;
    highest = bid;
  }
  return best;
}

export const isInShare = (room: string, { index, of }: Share): boolean => shareOf(room, of) === index;

/** The most shares, up to `most`, of which none is without a room; 1 when there are no rooms. */
export function usefulShares(rooms: string[], most: number): number {
  for (let count = Math.min(most, rooms.length); count > 1; count--)
    if (new Set(rooms.map((room) => shareOf(room, count))).size === count) return count;
  return 1;
}

/** FNV-1a, and the last step of MurmurHash3, without which names that differ in their last letter alone would bid alike. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
