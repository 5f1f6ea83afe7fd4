export interface MusicOrderOptions {
  shuffle: boolean;
  /** From 0 to 1, as `Math.random`. */
  random: () => number;
}

/** Which file comes next. The folder may have changed since the last one, so its names are told each time. */
export class MusicOrder {
  readonly #options: MusicOrderOptions;
  #last: string | undefined;
  #heard = new Set<string>();

  constructor(options: MusicOrderOptions) {
    this.#options = options;
  }

  /** An earlier process left in the middle of this one. */
  goOnAfter(name: string): void {
    this.#last = name;
    this.#heard.add(name);
  }

  /** Nothing when there is none. */
  next(names: readonly string[]): string | undefined {
    const sorted = names.toSorted(byName);
    const name = this.#options.shuffle ? this.#draw(sorted) : this.#after(sorted);
    if (name !== undefined) this.goOnAfter(name);
    return name;
  }

  #after(names: string[]): string | undefined {
    const last = this.#last;
    return (last === undefined ? undefined : names.find((name) => byName(name, last) > 0)) ?? names[0];
  }

  /** One that was not heard in this round; a new round does not begin with what the last one ended with. */
  #draw(names: string[]): string | undefined {
    let left = names.filter((name) => !this.#heard.has(name));
    if (left.length === 0) {
      this.#heard = new Set();
      left = names.length > 1 ? names.filter((name) => name !== this.#last) : names;
    }
    return left[Math.min(left.length - 1, Math.floor(this.#options.random() * left.length))];
  }
}

/** As people number them: 2 before 10. */
const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
