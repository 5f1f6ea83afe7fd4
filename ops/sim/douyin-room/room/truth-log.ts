import { closeSync, openSync, writeSync } from 'node:fs';
import { methodOf } from '../wire/room-message.ts';
import type { RoomItem } from '../scenario/item.ts';

/** A gift message as it was sent; the counts are cumulative within the streak. */
export type GiftTruth = {
  readonly id: number;
  readonly name: string;
  readonly groupId: string;
  readonly groupCount: number;
  readonly comboCount: number;
  readonly repeatCount: number;
  readonly repeatEnd: boolean;
};

/** One message to one reader. The same message sent again is another record with the same `msgId`. */
export type SentRecord = {
  /** Counts all records from 1. */
  readonly n: number;
  /** Unix time in ms. */
  readonly at: number;
  /** `nobody`: it happened while no client was there to hear it. */
  readonly via: 'socket' | 'fetch' | 'nobody';
  /** The connection's number; 0 when not by socket. */
  readonly connection: number;
  readonly roomId: string;
  readonly logId: string;
  readonly msgId: string;
  readonly method: string;
  /** The kind of item, or `fault`, or `broken` for a message that cannot be decoded. */
  readonly kind: string;
  readonly userId: string;
  readonly nickname: string;
  readonly text: string;
  /** Likes given, items bought; for a gift repeat_count. */
  readonly count: number;
  readonly gift: GiftTruth | null;
  readonly replay: boolean;
  /** Whether a client confirmed the frame it came in; known in memory only. */
  acked: boolean;
};

/** What a record says about the content. */
export type Truth = Pick<SentRecord, 'method' | 'kind' | 'userId' | 'nickname' | 'text' | 'count' | 'gift'>;

/** Tells what an item says, in the words of the log. */
export function truthOf(item: RoomItem): Truth {
  return {
    method: methodOf(item),
    kind: item.kind,
    userId: 'user' in item ? item.user.id : '',
    nickname: 'user' in item ? item.user.nickname : item.kind === 'ecom' ? item.nickname : '',
    text:
      'text' in item
        ? item.text
        : item.kind === 'control'
          ? item.tips
          : item.kind === 'shopping'
            ? item.title
            : '',
    count: countOf(item),
    gift: item.kind === 'gift' ? giftOf(item) : null,
  };
}

function countOf(item: RoomItem): number {
  if (item.kind === 'gift') return item.repeatCount;
  if (item.kind === 'like') return item.count;
  if (item.kind === 'ecom') return item.purchaseCount;
  if (item.kind === 'control') return item.action;
  return 1;
}

function giftOf(item: Extract<RoomItem, { kind: 'gift' }>): GiftTruth {
  const { groupId, groupCount, comboCount, repeatCount, repeatEnd } = item;
  return { id: item.gift.id, name: item.gift.name, groupId, groupCount, comboCount, repeatCount, repeatEnd };
}

/**
 * Remembers everything that was sent, and appends it to a file of JSON lines when asked to.
 *
 * Lines are written before the frame leaves, synchronously: a log that is to judge others must not lose its last
 * lines when the simulator is killed.
 */
export class TruthLog implements Disposable {
  readonly #limit: number;
  #records: SentRecord[] = [];
  #count = 0;
  #file: number | undefined;

  /** @param options.limit records kept in memory; `options.file` '' for none. */
  constructor({ limit, file }: { readonly limit: number; readonly file: string }) {
    this.#limit = limit;
    this.#file = file === '' ? undefined : openSync(file, 'a');
  }

  /** The last records, oldest first. */
  get records(): readonly SentRecord[] {
    return this.#records;
  }

  /** The records after the `n`-th. */
  since(n: number): readonly SentRecord[] {
    const first = this.#records[0]?.n ?? 1;
    return this.#records.slice(Math.max(0, n - first + 1));
  }

  /** @throws {Error} of the file system when the file cannot be written. */
  add(entries: readonly Omit<SentRecord, 'n' | 'acked'>[]): SentRecord[] {
    const added = entries.map((entry) => ({ n: ++this.#count, ...entry, acked: false }));
    if (this.#file !== undefined && added.length > 0) {
      writeSync(
        this.#file,
        added.map((record) => `${JSON.stringify({ ...record, acked: undefined })}\n`).join(''),
      );
    }
    this.#records.push(...added);
    // Cut in large steps, as moving the whole list for each record would cost more than the record.
    if (this.#records.length > this.#limit * 1.25) this.#records = this.#records.slice(-this.#limit);
    return added;
  }

  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}
