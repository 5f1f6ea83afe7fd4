import type { StoreLimits } from './choose-victims.ts';
import { chooseVictims } from './choose-victims.ts';
import type { EntryName } from './entry-name.ts';
import { nameEntry } from './entry-name.ts';
import { heatAfterUse } from './worth.ts';

export interface IndexedFile extends EntryName {
  name: string;
  bytes: number;
  heat: number;
  /** Number of the sweep that saw it last. */
  seenIn: number;
}

const maxChanged = 2_000;

/** What this process knows of the files in the folder: a memory of the last sweep and of its own work, never the truth. No I/O. */
export class DiskIndex {
  bytes = 0;
  sweep = 0;
  readonly #files = new Map<string, IndexedFile>();
  /** Used since this was last written into their time stamps. */
  readonly #changed = new Set<IndexedFile>();

  get size(): number {
    return this.#files.size;
  }

  get(entry: EntryName): IndexedFile | undefined {
    const known = this.#files.get(slotOf(entry));
    return known?.name === nameEntry(entry) ? known : undefined;
  }

  /** Two files of the same rendition: the newer one counts, with the heat of both. Gives the other, which is to go. */
  add(entry: EntryName, { bytes, heat }: { bytes: number; heat: number }): IndexedFile | undefined {
    const { key, text, variant, createdAt, costMs } = entry;
    const name = nameEntry(entry);
    const file = { key, text, variant, createdAt, costMs, name, bytes, heat, seenIn: this.sweep };
    const known = this.#files.get(slotOf(file));
    if (known && known.createdAt > createdAt) return file;
    if (known) {
      this.remove(known);
      file.heat = Math.max(heat, known.heat);
      if (file.heat > heat) this.#markChanged(file);
    }
    this.#files.set(slotOf(file), file);
    this.bytes += bytes;
    return known && known.name !== name ? known : undefined;
  }

  remove(entry: EntryName): void {
    const known = this.get(entry);
    if (!known) return;
    this.#files.delete(slotOf(known));
    this.#changed.delete(known);
    this.bytes -= known.bytes;
  }

  used({ key, variant }: { key: string; variant: number }, now: number): void {
    const file = this.#files.get(`${key}-${variant}`);
    if (!file) return;
    file.heat = heatAfterUse(file.heat, now);
    this.#markChanged(file);
  }

  #markChanged(file: IndexedFile): void {
    if (this.#changed.size < maxChanged) this.#changed.add(file);
  }

  takeChanged(): IndexedFile[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Forgets what the present sweep has not met: others have removed it. */
  forgetUnseen(): void {
    for (const file of this.#files.values()) if (file.seenIn < this.sweep) this.remove(file);
  }

  victims(limits: StoreLimits): IndexedFile[] {
    return chooseVictims(this.#files.values(), limits);
  }
}

const slotOf = ({ key, variant }: EntryName): string => `${key}-${variant}`;
