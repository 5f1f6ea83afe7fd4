import type { Recorded } from '../renditions.ts';
import type { Candidate } from './choose-filler.ts';
import { chooseFiller } from './choose-filler.ts';
import type { Entry, Library } from './library.ts';

export interface Filler {
  key: string;
  text: string;
  recorded: Recorded;
}

export type Occasion = 'silence' | 'promise';

type Shelf = Pick<Library, 'entries' | 'get' | 'read' | 'inMemory'>;

/** So many that turn out to be unreadable are passed over, before what is in memory has to do. */
const mostAttempts = 3;

/** What is played next on either occasion, read before it is due: nothing is read from a disk while listeners wait. */
export class NextFillers {
  readonly #library: Shelf;
  readonly #plays: { readonly keys: readonly string[]; add(key: string): void };
  readonly #hasLines: boolean;
  readonly #random: () => number;
  #lastResort: readonly Filler[] = [];
  readonly #ready = new Map<Occasion, Filler>();
  readonly #reading = new Map<Occasion, Promise<void>>();

  constructor(options: {
    library: Shelf;
    plays: { keys: readonly string[]; add(key: string): void };
    /** Whether lines are configured; without any, nobody wants to hear a promise that nobody waits for. */
    hasLines: boolean;
    random?: () => number;
  }) {
    this.#library = options.library;
    this.#plays = options.plays;
    this.#hasLines = options.hasLines;
    this.#random = options.random ?? Math.random;
  }

  /** What breaks a silence when the library has nothing at all. */
  fallBackOn(lastResort: readonly Filler[]): void {
    this.#lastResort = lastResort;
  }

  /** The one to play now; it counts as played. */
  take(occasion: Occasion): Filler | undefined {
    const ready = this.#ready.get(occasion);
    this.#ready.delete(occasion);
    const isFresh = ready && ready.key !== this.#plays.keys.at(-1);
    const own = isFresh ? ready : (this.#fromMemory(occasion) ?? ready);
    const filler = own ?? (occasion === 'silence' ? this.#shipped() : undefined);
    if (filler) this.#plays.add(filler.key);
    void this.prepare();
    return filler;
  }

  /** Reads what will be needed; never rejects. */
  async prepare(): Promise<void> {
    await Promise.all([this.#prepare('silence'), this.#prepare('promise')]);
  }

  async #prepare(occasion: Occasion): Promise<void> {
    if (this.#ready.has(occasion)) return;
    let reading = this.#reading.get(occasion);
    if (!reading) {
      reading = this.#read(occasion).finally(() => this.#reading.delete(occasion));
      this.#reading.set(occasion, reading);
    }
    await reading;
  }

  async #read(occasion: Occasion): Promise<void> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const entry = this.#choose(occasion, this.#library.entries);
      const recorded = entry && (await this.#library.read(entry.key));
      if (entry && recorded) this.#ready.set(occasion, { key: entry.key, text: entry.text, recorded });
      if (!entry || recorded) return;
    }
  }

  #fromMemory(occasion: Occasion): Filler | undefined {
    const entry = this.#choose(
      occasion,
      this.#library.entries.filter(({ key }) => this.#library.inMemory(key)),
    );
    const recorded = entry && this.#library.inMemory(entry.key);
    return entry && recorded ? { key: entry.key, text: entry.text, recorded } : undefined;
  }

  #shipped(): Filler | undefined {
    if (this.#library.entries.length > 0) return undefined;
    const among = this.#lastResort.map((filler) => ({ ...filler, kind: 'line' as const }));
    return chooseFiller(among, this.#plays.keys, this.#random());
  }

  #choose(occasion: Occasion, entries: Entry[]): (Candidate & { text: string }) | undefined {
    const fit = entries.filter(({ kind }) => (kind === 'promise') === (occasion === 'promise'));
    // A promise that nobody waits for is better than silence: there may be nothing else yet.
    const isLacking = occasion === 'silence' && fit.length === 0 && this.#hasLines;
    const among = (isLacking ? entries : fit).map(({ key, text, kind }): Candidate & { text: string } => ({
      key,
      text,
      kind: kind === 'idle' ? 'idle' : 'line',
    }));
    return chooseFiller(among, this.#plays.keys, this.#random());
  }
}
