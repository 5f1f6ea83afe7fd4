import { join } from 'node:path';
import type { Logger } from '../../logger.ts';
import type { Recorded } from '../renditions.ts';
import type { FillerKind, FillerTexts } from './filler-texts.ts';
import type { KeptSound } from './index-file.ts';
import { SoundFolder } from './sound-folder.ts';
import { maxSoundBytes } from './sound-file.ts';

export interface LibraryOptions {
  folder: string;
  texts: FillerTexts;
  keepIdleLines: number;
  maxBytes: number;
  log: Logger;
  counters: Record<string, number>;
  /** False: the folder is somebody else's, or may be. */
  mayWrite: () => boolean;
  /** Keys, those that were heard longest ago first. */
  plays: () => readonly string[];
}

/** A sound that can be had, and what it is good for. */
export interface Entry extends KeptSound {
  kind: FillerKind;
}

/** What the configured lines may take up in memory; of more than that some are read when their turn comes. */
const memoryBytes = 8_000_000;
/** Idle lines that wait to be written: of more than that, those are kept that are said again. */
const mostWaiting = 4;

/**
 * The sounds that a room can be filled with when nothing else comes: the configured lines, in memory as far as they fit, and idle lines
 * that were heard, on disk. What is damaged is forgotten, and counts as missing. Where nothing can be written, what is in memory has to do.
 */
export class Library {
  readonly #options: LibraryOptions;
  readonly #folder: SoundFolder;
  #entries = new Map<string, Entry>();
  readonly #loaded = new Map<string, Recorded>();
  #loadedBytes = 0;
  #waiting = 0;
  #loading: Promise<void> = Promise.resolve();

  constructor(options: LibraryOptions) {
    this.#options = options;
    this.#folder = new SoundFolder(options);
  }

  get entries(): Entry[] {
    return [...this.#entries.values()];
  }

  /** Configured lines that have no sound. */
  get missing(): { key: string; text: string }[] {
    return this.#options.texts.configured.filter(({ key }) => !this.#entries.has(key));
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Without waiting for the disk. */
  inMemory(key: string): Recorded | undefined {
    return this.#loaded.get(key);
  }

  /** Learns what is on disk, if that has changed since it was last looked at. Never throws: what cannot be read is not there. */
  async load(): Promise<void> {
    // One after the other: who asks while it is being read has to wait for what is read.
    this.#loading = this.#loading.then(async () => await this.#load());
    await this.#loading;
  }

  async #load(): Promise<void> {
    const { texts } = this.#options;
    const kept = await this.#folder.readIndex();
    if (!kept) return;
    const entries = new Map<string, Entry>();
    for (const each of kept) {
      const kind = texts.kindOf(each);
      if (kind) entries.set(each.key, { ...each, kind });
    }
    for (const { key, text, kind } of texts.configured) {
      const recorded = this.#loaded.get(key) ?? (await this.#folder.read(key, entries.get(key)));
      if (!recorded) entries.delete(key);
      else {
        this.#remember(key, recorded);
        if (!entries.has(key)) entries.set(key, { ...this.#folder.describe(key, text, recorded), kind });
      }
    }
    for (const [key, entry] of this.#entries)
      if (entry.addedAt > this.#folder.indexedAt) entries.set(key, entry);
    this.#entries = entries;
    this.#count();
  }

  /** Takes away what is nobody's any more. For the one that writes, once it has loaded. */
  async tidy(): Promise<void> {
    await this.#loading;
    await this.#folder.tidy(new Set(this.#entries.keys()));
    this.#evict();
  }

  /** The sound of an entry; undefined when it turns out to be gone or damaged, and then it is forgotten. */
  async read(key: string): Promise<Recorded | undefined> {
    const loaded = this.#loaded.get(key);
    const entry = this.#entries.get(key);
    if (loaded || !entry) return loaded;
    const recorded = await this.#folder.read(key, entry);
    if (!recorded) this.#forget(key);
    return recorded;
  }

  /** Keeps a sound, and says under which key; undefined: it is of no use, or can be kept neither on disk nor in memory. */
  async add(text: string, recorded: Recorded): Promise<string | undefined> {
    const { texts, keepIdleLines } = this.#options;
    const key = texts.keyOf(text);
    const kind = texts.kindOf({ key, text });
    if (this.#entries.has(key)) return key;
    if (!kind || recorded.pcm.byteLength > maxSoundBytes / 2) return undefined;
    if (kind === 'idle' && (keepIdleLines === 0 || this.#waiting >= mostWaiting)) return undefined;
    const entry = { ...this.#folder.describe(key, text, recorded), kind };
    if (kind !== 'idle' && this.#remember(key, recorded)) this.#entries.set(key, entry);
    this.#waiting += 1;
    const isWritten = await this.#folder.write(key, recorded);
    this.#waiting -= 1;
    if (isWritten) this.#entries.set(key, entry);
    this.#evict();
    this.#changed();
    return this.#entries.has(key) ? key : undefined;
  }

  /** Everything that is to be on disk is there, or cannot be. */
  async written(): Promise<void> {
    await this.#folder.written();
  }

  #remember(key: string, recorded: Recorded): boolean {
    const bytes = recorded.pcm.byteLength;
    if (this.#loaded.has(key)) return true;
    if (this.#loadedBytes + bytes > memoryBytes) return false;
    this.#loaded.set(key, recorded);
    this.#loadedBytes += bytes;
    return true;
  }

  /** The configured lines stay, whatever the limits are. */
  #evict(): void {
    const { keepIdleLines, maxBytes, plays } = this.#options;
    const order = new Map(plays().map((key, index) => [key, index]));
    const idle = this.entries
      .filter(({ kind }) => kind === 'idle')
      .sort((a, b) => (order.get(a.key) ?? -1) - (order.get(b.key) ?? -1) || a.addedAt - b.addedAt);
    let bytes = this.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let count = idle.length;
    for (const entry of idle) {
      if (count <= keepIdleLines && bytes <= maxBytes) return;
      this.#entries.delete(entry.key);
      this.#folder.remove(entry.key);
      bytes -= entry.bytes;
      count -= 1;
    }
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    this.#folder.remove(key);
    this.#changed();
  }

  #changed(): void {
    this.#folder.writeIndex(() =>
      this.entries.map(({ key, text, bytes, crc, addedAt }) => ({ key, text, bytes, crc, addedAt })),
    );
    this.#count();
  }

  #count(): void {
    const { counters } = this.#options;
    counters['fillers.idle'] = this.entries.filter(({ kind }) => kind === 'idle').length;
    counters['fillers.kept'] = this.#entries.size - counters['fillers.idle'];
    counters['fillers.missing'] = this.missing.length;
  }
}

export const libraryFolder = (home: string, room: string): string => join(home, 'fillers', room);
