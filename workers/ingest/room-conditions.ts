import type { RoomStatus } from '../../protocol/room-status.ts';
import type { RoomNotices } from './room-notices.ts';
import type { SourceCondition } from './source.ts';
import type { Tally } from './tally.ts';

interface RoomConditionsOptions {
  tally: Tally;
  notices: RoomNotices;
  /** Hears of each change: all that are on now, oldest first. */
  onChange: (on: RoomStatus['conditions']) => void;
  now?: () => number;
}

/** Of one room at once; a source that invents more is not listened to. */
const maxConditions = 32;
const maxTextLength = 500;

/**
 * What is wrong with a room although it is connected, such as a login that has ended. However often a source says it, it is told when
 * it begins and when it is over; one that comes and goes, at most once a minute.
 */
export class RoomConditions {
  readonly #options: Required<RoomConditionsOptions>;
  readonly #on = new Map<string, { text: string; since: number }>();

  constructor({ now = Date.now, ...options }: RoomConditionsOptions) {
    this.#options = { ...options, now };
  }

  get on(): RoomStatus['conditions'] {
    return [...this.#on].map(([code, { text, since }]) => ({ code, text, since }));
  }

  note({ code, text, isOn }: SourceCondition): void {
    const { tally, notices, onChange, now } = this.#options;
    const known = this.#on.get(code);
    if (isOn === (known !== undefined)) return;
    if (isOn) {
      if (this.#on.size >= maxConditions) return;
      this.#on.set(code, { text: text.slice(0, maxTextLength), since: now() });
      tally.count('conditionsNoted');
    } else this.#on.delete(code);
    tally.count('conditions', isOn ? 1 : -1);
    const said = known?.text ?? text.slice(0, maxTextLength);
    notices.tell(code, isOn, isOn ? said : `no longer: ${said}`);
    onChange(this.on);
  }

  /** Nothing is known any more, as when the room is left. */
  clear(): void {
    const { tally, onChange } = this.#options;
    if (this.#on.size === 0) return;
    tally.count('conditions', -this.#on.size);
    this.#on.clear();
    onChange([]);
  }
}
