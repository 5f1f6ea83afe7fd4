import { delay } from '../../delay.ts';
import type { StoreLimits } from './choose-victims.ts';
import type { DiskIndex, IndexedFile } from './disk-index.ts';
import type { EntryFiles } from './entry-files.ts';
import { allFolders, folderOf, isFresh, nameEntry, parseEntryName } from './entry-name.ts';
import type { EntryName } from './entry-name.ts';

export interface DiskUpkeepOptions {
  files: EntryFiles;
  index: DiskIndex;
  limits: StoreLimits;
  ttlMs: number;
  now: () => number;
  /** Does one operation, or throws because it cannot be done. */
  operate: <T>(work: () => Promise<T>) => Promise<T>;
  signal: AbortSignal;
}

const partPattern = /^\.[0-9a-f-]{36}\.part$/;
/** A file that is still being written is not so old. */
const partAgeMs = 600_000;
const workMs = 4;

/**
 * Keeps the folder within its limits, piece by piece beside the work: learns what is there, also from other processes, removes what is too
 * old, doubled or left over, and gives up what is least worth. Several processes may do so in the same folder: what is gone is gone.
 */
export class DiskUpkeep {
  evictions = 0;
  readonly #options: DiskUpkeepOptions;
  readonly #wanted = new Set<'sweep' | 'shed'>();
  #working: Promise<void> | undefined;

  constructor(options: DiskUpkeepOptions) {
    this.#options = options;
  }

  /** Soon; what is asked for twice meanwhile is done once. Never throws. */
  request(what: 'sweep' | 'shed'): void {
    this.#wanted.add(what);
    this.#working ??= this.#work();
  }

  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    await Promise.resolve();
    while (this.#wanted.size > 0 && !this.#options.signal.aborted) {
      try {
        if (this.#wanted.delete('sweep')) await this.#sweep();
        this.#wanted.delete('shed');
        await this.#shed();
      } catch {
        // The disk cannot be used: who operates it has heard of that, and decides when it is tried again.
        this.#wanted.clear();
      }
    }
    this.#working = undefined;
  }

  async #sweep(): Promise<void> {
    const { index, files, operate, signal } = this.#options;
    index.sweep += 1;
    let begunAt = performance.now();
    for (const folder of allFolders()) {
      for (const name of await operate(async () => await files.list(folder))) {
        if (signal.aborted) return;
        await this.#meet(folder, name);
      }
      const tookMs = performance.now() - begunAt;
      if (tookMs < workMs) continue;
      // Half of the time at most is taken from those who speak.
      if (!(await delay(tookMs, signal))) return;
      begunAt = performance.now();
    }
    index.forgetUnseen();
  }

  async #meet(folder: string, name: string): Promise<void> {
    const { index, files, ttlMs, now, operate } = this.#options;
    const entry = parseEntryName(name);
    if (!entry) {
      if (partPattern.test(name)) await this.#removeOldPart(folder, name);
      return;
    }
    // Put there by somebody else: nobody looks for it there.
    if (folderOf(entry.text) !== folder || nameEntry(entry) !== name) return;
    if (!isFresh(entry, ttlMs, now())) {
      await this.#remove(entry);
      return;
    }
    const known = index.get(entry);
    if (known) {
      known.seenIn = index.sweep;
      return;
    }
    const found = await operate(async () => await files.look(folder, name));
    const double = found && index.add(entry, found);
    if (double) await this.#remove(double);
  }

  async #removeOldPart(folder: string, name: string): Promise<void> {
    const { files, operate, now } = this.#options;
    const found = await operate(async () => await files.look(folder, name));
    if (found && now() - found.heat > partAgeMs) await operate(async () => await files.remove(folder, name));
  }

  async #shed(): Promise<void> {
    const { index, limits, signal } = this.#options;
    // What others use is learnt in the first rounds, so that it may stay; the last one decides.
    for (const isLast of [false, false, true]) {
      const victims = index.victims(limits);
      if (victims.length === 0) return;
      for (const victim of victims) {
        if (signal.aborted) return;
        await this.#giveUp(victim, isLast);
      }
    }
  }

  async #giveUp(victim: IndexedFile, isLast: boolean): Promise<void> {
    const { index, files, operate } = this.#options;
    const found = await operate(async () => await files.look(folderOf(victim.text), victim.name));
    if (!found) {
      index.remove(victim);
      return;
    }
    if (!isLast && found.heat > victim.heat + 1) {
      victim.heat = found.heat;
      return;
    }
    await this.#remove(victim);
    this.evictions += 1;
  }

  async #remove(entry: EntryName): Promise<void> {
    const { index, files, operate } = this.#options;
    await operate(async () => await files.remove(folderOf(entry.text), nameEntry(entry)));
    index.remove(entry);
  }
}
