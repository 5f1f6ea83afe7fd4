import { delay } from '../../delay.ts';
import { DiskAccess } from './disk-access.ts';
import type { DiskAccessOptions } from './disk-access.ts';
import { DiskIndex } from './disk-index.ts';
import { DiskUpkeep } from './disk-upkeep.ts';
import { EntryFiles, maxEntryBytes } from './entry-files.ts';
import { DamagedEntryError } from './entry-format.ts';
import type { StoredSound } from './entry-format.ts';
import type { EntryName } from './entry-name.ts';
import { folderOf, isFresh, nameEntry, parseEntryName } from './entry-name.ts';
import type { SpeechId } from './speech-key.ts';

export interface DiskTierOptions extends DiskAccessOptions {
  maxBytes: number;
  ttlMs: number;
  /** The folder is not looked through before: a worker that starts has better things to do. */
  sweepAfterMs: number;
}

/** Of the limit: what several processes write before they learn of each other fits into the rest. */
const ownShare = 0.9;
const sweepEveryShare = 0.025;
const maxEntries = 50_000;
const maxUnwrittenBytes = 32_000_000;
const tickMs = 60_000;
const sweepEveryTicks = 10;
const disposeMs = 500;

/**
 * Sounds in a folder that several processes share: no list of them is kept on disk, the files' names, headers and time stamps tell all.
 * Nothing here throws: what cannot be read is not there, what cannot be written is not kept.
 */
export class DiskTier implements AsyncDisposable {
  damaged = 0;
  readonly #options: DiskTierOptions;
  readonly #access: DiskAccess;
  readonly #files: EntryFiles;
  readonly #index = new DiskIndex();
  readonly #upkeep: DiskUpkeep;
  readonly #end = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[];
  #unwrittenBytes = 0;
  #writtenSinceSweep = 0;
  #ticks = 0;

  constructor(options: DiskTierOptions) {
    this.#options = options;
    const { folder, maxBytes, ttlMs, now, sweepAfterMs } = options;
    this.#access = new DiskAccess(options);
    this.#files = new EntryFiles(folder);
    this.#upkeep = new DiskUpkeep({
      files: this.#files,
      index: this.#index,
      limits: { bytes: maxBytes * ownShare, entries: maxEntries },
      ttlMs,
      now,
      operate: async (work) => await this.#access.operate(work),
      signal: this.#end.signal,
    });
    this.#timers = [
      setTimeout(() => this.#upkeep.request('sweep'), sweepAfterMs).unref(),
      setInterval(() => this.#tick(), tickMs).unref(),
    ];
  }

  /** Of what this process knows of. */
  get bytes(): number {
    return this.#index.bytes;
  }

  get entries(): number {
    return this.#index.size;
  }

  get evictions(): number {
    return this.#upkeep.evictions;
  }

  get errors(): number {
    return this.#access.errors;
  }

  /** The renditions that may be played, the newest of each number. */
  async variants({ key, text }: SpeechId): Promise<EntryName[]> {
    const { ttlMs, now } = this.#options;
    const newest = new Map<number, EntryName>();
    for (const entry of await this.#list(text)) {
      if (entry.key !== key || !isFresh(entry, ttlMs, now())) continue;
      const other = newest.get(entry.variant);
      if (!other || other.createdAt < entry.createdAt) newest.set(entry.variant, entry);
    }
    return [...newest.values()];
  }

  /** All that are there of that text, whoever speaks it and however old, the newest first. */
  async ofText(text: string): Promise<EntryName[]> {
    return (await this.#list(text)).sort((one, other) => other.createdAt - one.createdAt);
  }

  /** Undefined: it is not there any more, or cannot be had now. */
  async read(entry: EntryName): Promise<StoredSound | undefined> {
    try {
      const found = await this.#access.read(async () => await this.#files.read(entry));
      if (!found) return undefined;
      if (!this.#index.get(entry)) this.#index.add(entry, found);
      return found.stored;
    } catch (error) {
      if (!(error instanceof DamagedEntryError)) throw error;
      this.#removeDamaged(entry, error);
      return undefined;
    }
  }

  /** Also when it was played from memory: what is in use shall be there after a restart. */
  used(entry: { key: string; variant: number }, now: number): void {
    this.#index.used(entry, now);
  }

  /** Written in the background. */
  put(stored: StoredSound): void {
    const { byteLength } = stored.sound.pcm;
    if (byteLength > Math.min(maxEntryBytes - 10_000, this.#options.maxBytes * ownShare)) return;
    if (this.#unwrittenBytes + byteLength > maxUnwrittenBytes || !this.#access.mayWrite) return;
    this.#unwrittenBytes += byteLength;
    this.#track(async () => {
      try {
        await this.#write(stored);
      } finally {
        this.#unwrittenBytes -= byteLength;
      }
    });
  }

  /** Everything that was put is written or given up, and what follows from it is done. */
  async settled(): Promise<void> {
    await this.#written();
    await this.#upkeep.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const limit = new AbortController();
    this.#track(async () => await this.#writeHeats());
    await Promise.race([this.#written().finally(() => limit.abort()), delay(disposeMs, limit.signal)]);
    this.#end.abort();
  }

  async #list(text: string): Promise<EntryName[]> {
    const names = await this.#access.read(async () => await this.#files.list(folderOf(text)));
    const entries = (names ?? []).map((name) => (name.startsWith(text) ? parseEntryName(name) : undefined));
    return entries.filter((entry) => entry !== undefined);
  }

  async #write(stored: StoredSound): Promise<void> {
    const { maxBytes, now } = this.#options;
    const bytes = await this.#access.write(async () => await this.#files.write(stored));
    const before = this.#index.add(stored, { bytes, heat: now() });
    this.#writtenSinceSweep += bytes;
    if (this.#writtenSinceSweep > maxBytes * sweepEveryShare) {
      this.#writtenSinceSweep = 0;
      this.#upkeep.request('sweep');
    } else if (this.#index.bytes > maxBytes * ownShare) this.#upkeep.request('shed');
    if (before) await this.#remove(before);
  }

  #removeDamaged(entry: EntryName, error: DamagedEntryError): void {
    this.damaged += 1;
    this.#access.tellDamage(error, nameEntry(entry));
    this.#index.remove(entry);
    this.#track(async () => await this.#remove(entry));
  }

  async #remove(entry: EntryName): Promise<void> {
    await this.#access.operate(async () => await this.#files.remove(folderOf(entry.text), nameEntry(entry)));
  }

  #tick(): void {
    this.#ticks += 1;
    this.#track(async () => await this.#writeHeats());
    if (this.#ticks % sweepEveryTicks === 0) this.#upkeep.request('sweep');
  }

  /** What was used is told to the files' time stamps, for other processes and the next life; as well as it goes. */
  async #writeHeats(): Promise<void> {
    for (const file of this.#index.takeChanged()) {
      if (this.#end.signal.aborted) return;
      await this.#access.operate(async () => {
        const found = await this.#files.look(folderOf(file.text), file.name);
        file.heat = Math.max(file.heat, found?.heat ?? 0);
        await this.#files.writeHeat(file, file.heat);
      });
    }
  }

  /** Failures of the disk are told where they are met. */
  #track(work: () => Promise<void>): void {
    const doing: Promise<void> = work()
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(doing));
    this.#underWay.add(doing);
  }

  async #written(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
