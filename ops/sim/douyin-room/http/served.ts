import type { FetchAnswer, RoomFacts, Stale } from './page.ts';

/** How the HTTP side serves what it knows: truly, out of date, or not at all. */
export class Served {
  /** What `im/fetch` answers. */
  fetchAnswer: FetchAnswer = 'right';
  readonly #now: () => RoomFacts;
  #stale: { readonly how: Stale; readonly facts: RoomFacts } | undefined;

  /** @param now the truth. */
  constructor(now: () => RoomFacts) {
    this.#now = now;
  }

  /** Lets the page, or everything that answers over HTTP, tell for ever what it tells now; `nothing`: the truth again. */
  setStale(how: Stale): void {
    this.#stale = how === 'nothing' ? undefined : { how, facts: this.#now() };
  }

  facts(where: 'page' | 'enter'): RoomFacts {
    const stale = this.#stale;
    return stale && (where === 'page' || stale.how === 'everything') ? stale.facts : this.#now();
  }
}
