import type { RoomInfo, RoomStatus } from './room-page.ts';

/** What the looks so far come to. `doubt`: it says that the room is off the air, and nobody has confirmed it. */
export type Verdict =
  | { kind: 'live'; info: RoomInfo }
  | { kind: 'gone'; status: Gone; reason: string }
  | { kind: 'doubt' }
  | { kind: 'unknown' };

type Gone = Extract<RoomStatus, 'offline' | 'no-room' | 'not-found'>;
export type LookSource = 'page' | 'enter';

/** For so long after a broadcast said its end, whoever still tells of it is out of date. */
const staleMs = 120_000;

/**
 * Whether a room is on the air, from what its page and its enquiry say. That it is not is believed once two looks agree, two sources or
 * one source twice, some seconds apart; that it is, at once, unless it is the broadcast whose end we have heard. An answer that tells
 * nothing changes nothing. No clock of its own; times in unix milliseconds.
 */
export class RoomBelief {
  readonly #leastApartMs: number;
  #believed: Gone | undefined;
  #claim: { source: LookSource; at: number } | undefined;
  #ended: { roomId: string; at: number } | undefined;

  /** Two looks at the same source that are nearer to each other than `leastApartMs` may come out of one cache. */
  constructor({ leastApartMs }: { leastApartMs: number }) {
    this.#leastApartMs = leastApartMs;
  }

  /** The room itself said that this broadcast is over. */
  ended(roomId: string, now: number): void {
    this.#ended = { roomId, at: now };
  }

  take(source: LookSource, info: RoomInfo, now: number): Verdict {
    switch (info.status) {
      case 'live':
      case 'paused':
        return this.#takeLive(info, now);
      case 'unknown':
        return this.#kept();
      default:
        return this.#takeGone(info.status, source, now);
    }
  }

  #takeLive(info: RoomInfo, now: number): Verdict {
    if (this.#ended?.roomId === info.roomId && now - this.#ended.at < staleMs) {
      return {
        kind: 'gone',
        status: 'offline',
        reason: 'the page still tells of the broadcast that has ended',
      };
    }
    this.#believed = undefined;
    this.#claim = undefined;
    return { kind: 'live', info };
  }

  #takeGone(status: Gone, source: LookSource, now: number): Verdict {
    const claim = this.#claim;
    this.#claim ??= { source, at: now };
    const isConfirmed = claim && (claim.source !== source || now - claim.at >= this.#leastApartMs);
    if (!isConfirmed && !this.#believed) return { kind: 'doubt' };
    this.#believed = status;
    return { kind: 'gone', status, reason: reasons[status] };
  }

  #kept(): Verdict {
    if (!this.#believed) return { kind: 'unknown' };
    const reason = `${reasons[this.#believed]}, and the page tells nothing now`;
    return { kind: 'gone', status: this.#believed, reason };
  }
}

const reasons: Record<Gone, string> = {
  offline: 'the page says that the broadcast is over or has not begun',
  'no-room': 'the account has no room',
  'not-found': 'there is no such room',
};
