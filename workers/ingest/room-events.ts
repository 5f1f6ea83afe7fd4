import type { EventBody, EventKind, LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import type { ReplyConfig } from '../../protocol/config.ts';
import { eventId } from '../../protocol/ids.ts';
import { GiftStreaks } from './gift-streak.ts';
import { MessageIds } from './message-ids.ts';
import type { Observation } from './source.ts';

export type EventTtls = Pick<ReplyConfig, 'chatTtlMs' | 'paidTtlMs' | 'greetingTtlMs'>;

/**
 * What a room remembers of its events, over reconnects: each is passed on once. Events have the time of the wall's clock, ages do not
 * follow that when it is set: put on by hours, it would make every running streak a new one.
 */
export class RoomEvents {
  /** Observations that had been seen before. */
  duplicates = 0;
  /** Gift messages that added nothing to their streak. */
  giftRepeats = 0;
  readonly #room: string;
  readonly #platform: string;
  readonly #ttls: EventTtls;
  readonly #leadMs: () => number;
  readonly #ids = new MessageIds();
  readonly #streaks = new GiftStreaks();

  /** `leadMs`: how far the wall's clock is ahead of one that nobody sets. */
  constructor(options: { room: string; platform: string; ttls: EventTtls; leadMs?: () => number }) {
    this.#room = options.room;
    this.#platform = options.platform;
    this.#ttls = options.ttls;
    this.#leadMs = options.leadMs ?? wallLeadMs;
  }

  /** The event to publish, or undefined for what was counted before. Message ids come first: a replayed gift is no new gift. */
  admit({ messageId, at, viewer, body }: Observation, receivedAt: number): LiveEvent | undefined {
    const now = receivedAt - this.#leadMs();
    if (!this.#ids.add(messageId, now)) {
      this.duplicates += 1;
      return undefined;
    }
    const counted = this.#counted(body, now);
    if (!counted) {
      this.giftRepeats += 1;
      return undefined;
    }
    return {
      id: eventId(this.#room, this.#platform, messageId),
      room: this.#room,
      platform: this.#platform,
      at,
      receivedAt,
      expiresAt: receivedAt + ttlOf(body.kind, this.#ttls),
      viewer,
      ...counted,
    };
  }

  /** Takes in an event of an earlier life, as the bus has it, so that it is not counted again. */
  remember(event: LiveEvent): void {
    const prefix = eventId(this.#room, this.#platform, '');
    if (!event.id.startsWith(prefix)) return;
    if (event.coalesced) this.rememberIds(event.coalesced, event.receivedAt);
    const now = event.receivedAt - this.#leadMs();
    const isNew = this.#ids.add(event.id.slice(prefix.length), now);
    if (isNew && event.kind === 'gift') {
      this.#streaks.count({ key: event.streak, total: event.total, end: event.streakEnd }, now);
    }
  }

  /** The same of events of which only the ids are known. */
  rememberIds(ids: Iterable<string>, at: number): void {
    const prefix = eventId(this.#room, this.#platform, '');
    const now = at - this.#leadMs();
    for (const id of ids) if (id.startsWith(prefix)) this.#ids.add(id.slice(prefix.length), now);
  }

  /** The same of events before all that are known, the newest first: false when there is room for no more. */
  rememberOlderIds(ids: Iterable<string>, at: number): boolean {
    const prefix = eventId(this.#room, this.#platform, '');
    const now = at - this.#leadMs();
    let hasRoom = true;
    for (const id of ids)
      if (id.startsWith(prefix)) hasRoom &&= this.#ids.addOldest(id.slice(prefix.length), now);
    return hasRoom;
  }

  #counted(body: EventBody, now: number): EventBody | undefined {
    if (body.kind !== 'gift') return body;
    const { streak: key, streakEnd: end, count: added } = body;
    const total = body.total === 0 && added > 0 ? this.#streaks.totalWith(key, added, now) : body.total;
    const count = this.#streaks.count({ key, total, end }, now);
    return count > 0 ? { ...body, count, total } : undefined;
  }
}

const wallLeadMs = (): number => Date.now() - performance.timeOrigin - performance.now();

function ttlOf(kind: EventKind, { chatTtlMs, paidTtlMs, greetingTtlMs }: EventTtls): number {
  if (isPaid(kind)) return paidTtlMs;
  return kind === 'chat' ? chatTtlMs : greetingTtlMs;
}
