import { keepStreamMeta, putBackMeta, setAside, unreadableStream } from './store-meta.ts';

/** Starts in a row that end because of the store, before it is set aside. */
const triesWithStore = 3;

export interface StoreFolders {
  store: string;
  /** Copies of what describes each stream. */
  copies: string;
  /** Where what cannot be read is kept for people. */
  damaged: string;
}

/**
 * Takes out of the way what keeps nats-server from starting, so that the next try is not the same again: first a stream's description is
 * put back, then the stream is set aside, and a store that does not open at all is set aside after three tries. To be called only while
 * no server runs on the store.
 */
export class StoreMender {
  readonly #folders: StoreFolders;
  #attempts = 0;
  #done: string[] = [];

  constructor(folders: StoreFolders) {
    this.#folders = folders;
  }

  /** Failed starts in a row that were the store's fault: another try is worth it at once. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Copies what may have to be put back; while the server runs well. */
  keep(): void {
    keepStreamMeta(this.#folders.store, this.#folders.copies);
  }

  /** After a failed start: why it failed, and the server's last words. Returns what was done, empty when nothing was. */
  mend(failure: string, words: string): string {
    const { store, copies, damaged } = this.#folders;
    const which = unreadableStream(failure);
    if (!which && !isStoreFault(words)) {
      this.#attempts = 0;
      return '';
    }
    this.#attempts += 1;
    let done = '';
    if (which) {
      done = putBackMeta(store, copies, which)
        ? `the description of ${which.stream} was damaged and put back`
        : `${which.stream} was not readable, lies in ${setAside(store, damaged, which)} and begins anew`;
    } else if (this.#attempts >= triesWithStore) {
      done = `the store could not be opened (${words}), lies in ${setAside(store, damaged)} and begins anew`;
    }
    if (done !== '') this.#done.push(done);
    return done;
  }

  /** After a good start: everything that was done for it. */
  takeDone(): string {
    const done = this.#done.join('; ');
    this.#attempts = 0;
    this.#done = [];
    return done;
  }
}

/** The store is at fault, and not what surrounds it: space, rights and open files come back by themselves or by a person. */
function isStoreFault(words: string): boolean {
  return (
    /Can't start JetStream|^panic:|^fatal error:/.test(words) &&
    !/no space|permission|denied|too many|read-only|insufficient|out of memory|input\/output/i.test(words)
  );
}
