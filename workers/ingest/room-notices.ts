type NoticeKind =
  | 'connected'
  | 'lost'
  | 'failed'
  | 'offline'
  | 'not-found'
  | 'blocked'
  | 'ended'
  | 'moderation'
  | 'credentials';

const maxCodes = 64;

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
  readonly #toldAt = new Map<string, { at: number; isOpen: boolean }>();
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
    if (kind !== 'moderation' && kind !== 'credentials') this.#state = kind;
    this.#saidAt.set(kind, now);
    this.#notice(level, `room ${this.#room}: ${text}`);
  }

  /** A condition, not a state: that it began, at most once a minute; that it is over, if it was said to have begun. */
  tell(code: string, isOn: boolean, text: string): void {
    const now = this.#now();
    const at = this.#toldAt.get(code);
    if (isOn) {
      if (now - (at?.at ?? -Infinity) < this.#everyMs) return;
      if (!at && this.#toldAt.size >= maxCodes) return;
      this.#toldAt.set(code, { at: now, isOpen: true });
    } else {
      if (!at?.isOpen) return;
      at.isOpen = false;
    }
    this.#notice(isOn ? 'warn' : 'info', `room ${this.#room}: ${text}`);
  }
}
