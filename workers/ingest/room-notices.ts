type NoticeKind =
  'connected' | 'lost' | 'failed' | 'offline' | 'not-found' | 'blocked' | 'ended' | 'moderation';

interface RoomNoticesOptions {
  room: string;
  notice: (level: 'info' | 'warn', text: string) => void;
  /** Least time between two notices of one kind. */
  everyMs?: number;
  now?: () => number;
}

/**
 * What a person should read of one room, few enough that they do: a state once, until there is another one, and a bad one not twice
 * a minute. Being connected again is always said, or the last word would be the bad one.
 */
export class RoomNotices {
  readonly #room: string;
  readonly #notice: RoomNoticesOptions['notice'];
  readonly #everyMs: number;
  readonly #now: () => number;
  readonly #saidAt = new Map<NoticeKind, number>();
  #state: NoticeKind | undefined;

  constructor({ room, notice, everyMs = 60_000, now = Date.now }: RoomNoticesOptions) {
    this.#room = room;
    this.#notice = notice;
    this.#everyMs = everyMs;
    this.#now = now;
  }

  say(kind: NoticeKind, level: 'info' | 'warn', text: string): void {
    const now = this.#now();
    if (kind === this.#state) return;
    if (kind !== 'connected' && now - (this.#saidAt.get(kind) ?? -Infinity) < this.#everyMs) return;
    if (kind !== 'moderation') this.#state = kind;
    this.#saidAt.set(kind, now);
    this.#notice(level, `room ${this.#room}: ${text}`);
  }
}
