import type { SentRecord } from './truth-log.ts';

/** What one streak really came to. */
export type StreakTotal = {
  readonly roomId: string;
  readonly userId: string;
  readonly nickname: string;
  readonly giftId: number;
  readonly giftName: string;
  readonly groupId: string;
  /** Items given so far: the highest count sent, which is what a client has to arrive at. */
  readonly total: number;
  readonly messages: number;
  /** Whether the message with repeat_end was sent. */
  readonly ended: boolean;
};

/** Keeps the true totals of gift streaks, the last `limit` of them. */
export class StreakLedger {
  readonly #limit: number;
  readonly #totals = new Map<string, StreakTotal>();

  constructor({ limit }: { readonly limit: number }) {
    this.#limit = limit;
  }

  /** The streaks in the order in which they began. */
  get totals(): StreakTotal[] {
    return [...this.#totals.values()];
  }

  /** Takes a sent message into account; anything but a gift, or a message sent before, changes nothing. */
  add(record: SentRecord): void {
    const { gift, roomId, userId, nickname } = record;
    if (gift === null || record.replay) return;
    const key = `${roomId}/${userId}/${gift.id}/${gift.groupId}`;
    const known = this.#totals.get(key);
    this.#totals.set(key, {
      roomId,
      userId,
      nickname,
      giftId: gift.id,
      giftName: gift.name,
      groupId: gift.groupId,
      total: Math.max(known?.total ?? 0, gift.repeatCount, gift.groupCount * gift.comboCount),
      messages: (known?.messages ?? 0) + 1,
      ended: gift.repeatEnd || (known?.ended ?? false),
    });
    if (this.#totals.size <= this.#limit) return;
    const oldest = this.#totals.keys().next();
    if (oldest.done !== true) this.#totals.delete(oldest.value);
  }
}
