import type { Fault } from '../scenario/fault.ts';
import { NOISE, type RoomItem } from '../scenario/item.ts';
import { anonymous } from '../scenario/viewer.ts';
import type { Happening } from './history.ts';

export type AccountFault = Extract<Fault, { kind: 'account' }>;

/** What the platform keeps from an account that it takes for a guest, or that it has limited; the same for every client of the room. */
export class AccountTreatment {
  #how: AccountFault['how'] = 'good';
  /** Messages of viewers that a sampled account still gets. */
  #left = 0;

  set({ how, first }: AccountFault): void {
    this.#how = how;
    this.#left = first;
  }

  /** The item as the account sees it. */
  disguise(item: RoomItem): RoomItem {
    return this.#how === 'guest' && 'user' in item ? { ...item, user: anonymous(item.user) } : item;
  }

  /** Those of which the account hears. */
  admit(happenings: readonly Happening[]): Happening[] {
    return happenings.filter(({ truth }) => this.#hears(truth.kind));
  }

  #hears(kind: string): boolean {
    switch (this.#how) {
      case 'good':
        return true;
      case 'guest':
      case 'no-gifts':
        return kind !== 'gift';
      case 'noise-only':
        return NOISE.has(kind);
      case 'sampled':
        return NOISE.has(kind) || kind === 'audience' || kind === 'tickets' || this.#left-- > 0;
    }
  }
}
