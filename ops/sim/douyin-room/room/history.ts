import type { WireMessage } from '../wire/push-frame.ts';
import type { Truth } from './truth-log.ts';

/** A message that happened in this broadcast, as it was encoded then. */
export type Happening = {
  readonly message: WireMessage;
  readonly truth: Truth;
  readonly needAck: boolean;
  written: boolean;
  acked: boolean;
};

/** Which of the past messages a client receives when it connects. */
export type ReplayRule = 'none' | 'recent' | 'recent-and-unacked';

/** Remembers the messages of a broadcast, the last `limit`. */
export class History {
  readonly #limit: number;
  #happenings: Happening[] = [];

  constructor({ limit }: { readonly limit: number }) {
    this.#limit = limit;
  }

  /** The id of the last message, 0 when there was none. */
  get lastMsgId(): bigint {
    return this.#happenings.at(-1)?.message.msgId ?? 0n;
  }

  add(happenings: readonly Happening[]): void {
    this.#happenings.push(...happenings);
    if (this.#happenings.length > this.#limit * 1.25) this.#happenings = this.#happenings.slice(-this.#limit);
  }

  /**
   * Chooses what a client that connects receives again: the last `recent` messages (`need_persist_msg_count`), and
   * whatever was written to a socket but never confirmed, for the client may have lost it.
   */
  replay(rule: ReplayRule, recent: number): Happening[] {
    if (rule === 'none') return [];
    const from = this.#happenings.length - recent;
    return this.#happenings.filter(
      ({ needAck, written, acked }, index) =>
        index >= from || (rule === 'recent-and-unacked' && needAck && written && !acked),
    );
  }

  /** The messages after an id; what a poll with a cursor asks for. */
  after(msgId: bigint): Happening[] {
    return this.#happenings.filter(({ message }) => message.msgId > msgId);
  }
}
