import { LRUCache } from 'lru-cache';
import type { TtsConfig } from '../../../protocol/tts-config.ts';
import type { Logger } from '../../logger.ts';
import type { Sound } from '../engine.ts';
import { BackgroundWork } from './background-work.ts';
import { DiskTier } from './disk-tier.ts';
import { Flight } from './flight.ts';
import { MemoryTier } from './memory-tier.ts';
import { Rotation } from './rotation.ts';
import { identify, identifyText } from './speech-key.ts';
import type { SpeechId, SpeechKey } from './speech-key.ts';

export interface SpeechCacheOptions {
  /** Shared with other processes; need not exist. */
  folder: string;
  config: Pick<TtsConfig['cache'], 'maxMb' | 'ttlMs' | 'maxDiskMb' | 'variantAfter' | 'maxVariants'>;
  log: Pick<Logger, 'warn' | 'info'>;
  now?: () => number;
  /** When the folder is looked through for the first time. */
  sweepAfterMs?: number;
  /** What the disk has not given by then is made. */
  readLimitMs?: number;
  /** How long nothing may have been made for somebody before something is made ahead. */
  quietMs?: number;
}

export interface Made {
  sound: Sound;
  /** How long it took: what is dear to make is kept longer. */
  costMs: number;
  /** False: it is not what the key promises, such as the voice of a last resort, and is not kept for better days. */
  isKept?: boolean;
}

/**
 * Makes a rendition of a text; another number is to give another one. It may be called later than it was handed over, when nobody waits:
 * only its own signal may stop it.
 */
export type MakeSound = (variant: number, signal: AbortSignal) => Promise<Made>;

export interface Found {
  sound: Sound;
  /** `joined`: others waited for the same already. */
  from: 'memory' | 'disk' | 'made' | 'joined';
}

/** Figures since the start, and what is held now; of the disk as far as this process knows. */
export interface SpeechCacheStats {
  memoryHits: number;
  diskHits: number;
  misses: number;
  joined: number;
  /** Further renditions that were drawn. */
  variants: number;
  memoryBytes: number;
  memoryEntries: number;
  memoryEvictions: number;
  diskBytes: number;
  diskEntries: number;
  diskEvictions: number;
  diskErrors: number;
  damaged: number;
  /** What waits to be made ahead. */
  waiting: number;
}

interface Landed extends Made {
  variant: number;
  from: 'memory' | 'disk' | 'made';
}

const maxMemoryEntries = 20_000;
const maxRotations = 20_000;

/**
 * Spoken texts, in memory and on disk. A text that is asked for while it is being made is made once. One that is played often gets further
 * renditions, drawn when nobody waits, which then take turns. No failure of the disk is a failure here.
 */
export class SpeechCache implements AsyncDisposable {
  readonly #options: SpeechCacheOptions;
  readonly #now: () => number;
  readonly #memory: MemoryTier;
  readonly #disk: DiskTier | undefined;
  readonly #background: BackgroundWork;
  readonly #rotations = new LRUCache<string, Rotation>({ max: maxRotations });
  readonly #flights = new Map<string, Flight<Landed>>();
  readonly #end = new AbortController();
  readonly #counts = { memoryHits: 0, diskHits: 0, misses: 0, joined: 0, variants: 0 };

  constructor(options: SpeechCacheOptions) {
    this.#options = options;
    const { folder, config, log, now = Date.now, quietMs = 500 } = options;
    const { sweepAfterMs = 5_000, readLimitMs = 150 } = options;
    const { ttlMs } = config;
    this.#now = now;
    this.#memory = new MemoryTier({ maxBytes: config.maxMb * 1e6, maxEntries: maxMemoryEntries, ttlMs });
    this.#background = new BackgroundWork({ quietMs, pauseMs: 1_000 });
    const maxBytes = config.maxDiskMb * 1e6;
    if (maxBytes > 0)
      this.#disk = new DiskTier({ folder, maxBytes, ttlMs, log, now, sweepAfterMs, readLimitMs });
  }

  /**
   * The sound of that key, or what `make` makes of it. Throws what `make` throws, to all who wait for it, and it is not kept; the signal's
   * reason when that says stop, which ends the making only when nobody else waits for it.
   */
  async get(key: SpeechKey, make: MakeSound, signal: AbortSignal): Promise<Found> {
    signal.throwIfAborted();
    const id = identify(key);
    const ready = this.#fromMemory(id);
    if (ready) {
      this.#counts.memoryHits += 1;
      this.#played(id, ready.variant, make);
      return { sound: ready.sound, from: 'memory' };
    }
    const flying = this.#flights.get(id.key);
    // It may be one that was begun because nobody waited.
    using _ = flying && this.#background.hold();
    const { sound, from, variant } = await (flying ?? this.#launch(id, make, true)).join(signal);
    this.#count(flying ? 'joined' : from);
    this.#played(id, variant, make);
    return { sound, from: flying ? 'joined' : from };
  }

  /** The latest rendition of that text, as it is spoken, by whatever engine and voice, and however old: for when nothing can be made. */
  async findEarlier(text: string): Promise<Sound | undefined> {
    const name = identifyText(text);
    const inMemory = this.#memory.findText(name);
    if (inMemory) return inMemory;
    for (const entry of (await this.#disk?.ofText(name)) ?? []) {
      const stored = await this.#disk?.read(entry);
      if (!stored) continue;
      this.#memory.put(stored, this.#now());
      return stored.sound;
    }
    return undefined;
  }

  /**
   * Makes what is missing, one after the other and only while nothing is made for somebody who waits. Returns when all is there, has
   * failed too often or may not be made any more; never throws.
   */
  async warm(
    wanted: Iterable<{ key: SpeechKey; make: MakeSound }>,
    signal: AbortSignal,
  ): Promise<{ made: number; present: number; failed: number }> {
    const result = { made: 0, present: 0, failed: 0 };
    const each = async ({ key, make }: { key: SpeechKey; make: MakeSound }) => {
      const id = identify(key);
      try {
        let outcome: 'made' | 'present' = 'present';
        await this.#background.add(async (stop) => {
          if (await this.#isPresent(id)) return;
          const flying = this.#flights.get(id.key) ?? this.#launch(id, make, false);
          const { from, isKept } = await flying.join(stop);
          if (isKept === false) throw new Error('What was made is not what was wanted');
          outcome = from === 'made' ? 'made' : 'present';
        }, signal);
        result[outcome] += 1;
      } catch {
        result.failed += 1;
      }
    };
    await Promise.all(Array.from(wanted, each));
    return result;
  }

  stats(): SpeechCacheStats {
    return {
      ...this.#counts,
      memoryBytes: this.#memory.bytes,
      memoryEntries: this.#memory.entries,
      memoryEvictions: this.#memory.evictions,
      diskBytes: this.#disk?.bytes ?? 0,
      diskEntries: this.#disk?.entries ?? 0,
      diskEvictions: this.#disk?.evictions ?? 0,
      diskErrors: this.#disk?.errors ?? 0,
      damaged: this.#disk?.damaged ?? 0,
      waiting: this.#background.waiting,
    };
  }

  /** All that was kept is on disk, or will not be. */
  async settled(): Promise<void> {
    await this.#disk?.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#background[Symbol.dispose]();
    await this.#disk?.[Symbol.asyncDispose]();
  }

  #fromMemory(id: SpeechId): { sound: Sound; variant: number } | undefined {
    const [variant] = this.#rotations.get(id.key)?.order ?? [];
    if (variant === undefined) return undefined;
    const sound = this.#memory.get(id, variant, this.#now());
    return sound && { sound, variant };
  }

  #launch(id: SpeechId, make: MakeSound, isUrgent: boolean): Flight<Landed> {
    const flight = new Flight(
      async (signal) => await this.#find(id, make, { signal, isUrgent }),
      (ended) => {
        if (this.#flights.get(id.key) === ended) this.#flights.delete(id.key);
      },
    );
    this.#flights.set(id.key, flight);
    return flight;
  }

  async #find(
    id: SpeechId,
    make: MakeSound,
    { signal, isUrgent }: { signal: AbortSignal; isUrgent: boolean },
  ): Promise<Landed> {
    const rotation = this.#rotationOf(id);
    const stored = await this.#learnVariants(id, rotation);
    for (const variant of rotation.order) {
      const inMemory = this.#memory.get(id, variant, this.#now());
      if (inMemory) return { sound: inMemory, variant, costMs: 0, from: 'memory' };
      const entry = stored.find((other) => other.variant === variant);
      const onDisk = entry && (await this.#disk?.read(entry));
      if (onDisk) {
        this.#memory.put(onDisk, this.#now());
        return { ...onDisk, from: 'disk' };
      }
      rotation.remove(variant);
    }
    signal.throwIfAborted();
    using _ = isUrgent ? this.#background.hold() : undefined;
    return { ...(await this.#make(id, 0, make, signal)), variant: 0, from: 'made' };
  }

  async #make(id: SpeechId, variant: number, make: MakeSound, signal: AbortSignal): Promise<Made> {
    const made = await make(variant, signal);
    if (made.isKept === false) return made;
    const { sound, costMs } = made;
    const stored = { ...id, sound, costMs, variant, createdAt: Math.round(this.#now()) };
    this.#memory.put(stored, this.#now());
    this.#disk?.put(stored);
    this.#rotationOf(id).add(variant);
    return made;
  }

  #played(id: SpeechId, variant: number, make: MakeSound): void {
    const rotation = this.#rotationOf(id);
    rotation.played(variant);
    this.#disk?.used({ key: id.key, variant }, this.#now());
    if (rotation.takeTurnToDraw()) void this.#draw(id, make);
  }

  /** Another rendition, unless another process has drawn one. That none comes is no harm: it is tried again after as many times. */
  async #draw(id: SpeechId, make: MakeSound): Promise<void> {
    try {
      await this.#background.add(async (signal) => {
        const rotation = this.#rotationOf(id);
        const before = rotation.size;
        await this.#learnVariants(id, rotation);
        if (rotation.size > before || rotation.size >= this.#options.config.maxVariants) return;
        const { isKept } = await this.#make(id, rotation.free, make, signal);
        if (isKept !== false) this.#counts.variants += 1;
      }, this.#end.signal);
    } catch {
      // Too much to do, an engine that fails, or the end.
    }
  }

  /** Adds what is in memory and on disk; gives what is on disk. */
  async #learnVariants(id: SpeechId, rotation: Rotation) {
    const stored = (await this.#disk?.variants(id)) ?? [];
    const numbers = Array.from({ length: this.#options.config.maxVariants }, (_, variant) => variant);
    rotation.add(...numbers.filter((variant) => this.#memory.has(id, variant, this.#now())));
    rotation.add(...stored.map(({ variant }) => variant));
    return stored;
  }

  async #isPresent(id: SpeechId): Promise<boolean> {
    const rotation = this.#rotationOf(id);
    const stored = await this.#learnVariants(id, rotation);
    return stored.length > 0 || this.#memory.has(id, 0, this.#now());
  }

  #rotationOf(id: SpeechId): Rotation {
    const known = this.#rotations.get(id.key);
    if (known) return known;
    const rotation = new Rotation(this.#options.config);
    this.#rotations.set(id.key, rotation);
    return rotation;
  }

  #count(from: Found['from']): void {
    if (from === 'memory') this.#counts.memoryHits += 1;
    else if (from === 'disk') this.#counts.diskHits += 1;
    else if (from === 'made') this.#counts.misses += 1;
    else this.#counts.joined += 1;
  }
}
