import type { Sound } from '../engine.ts';
import { chooseVictims } from './choose-victims.ts';
import type { StoredSound } from './entry-format.ts';
import { isFresh } from './entry-name.ts';
import type { SpeechId } from './speech-key.ts';
import { heatAfterUse } from './worth.ts';

export interface MemoryTierOptions {
  maxBytes: number;
  maxEntries: number;
  ttlMs: number;
}

interface Kept extends StoredSound {
  bytes: number;
  heat: number;
}

/** What a sound costs beside its samples: names, figures, the tables' own. */
const overheadBytes = 1_024;

/** Sounds at hand. What is least worth goes first; what is too old is not given out, but kept until something better comes. */
export class MemoryTier {
  evictions = 0;
  bytes = 0;
  readonly #options: MemoryTierOptions;
  readonly #entries = new Map<string, Kept>();
  /** Those of the same text, whoever speaks them. */
  readonly #byText = new Map<string, Set<Kept>>();

  constructor(options: MemoryTierOptions) {
    this.#options = options;
  }

  get entries(): number {
    return this.#entries.size;
  }

  /** Counts as a use. */
  get({ key }: SpeechId, variant: number, now: number): Sound | undefined {
    const kept = this.#entries.get(slotOf(key, variant));
    if (!kept || !isFresh(kept, this.#options.ttlMs, now)) return undefined;
    kept.heat = heatAfterUse(kept.heat, now);
    return kept.sound;
  }

  has({ key }: SpeechId, variant: number, now: number): boolean {
    const kept = this.#entries.get(slotOf(key, variant));
    return kept !== undefined && isFresh(kept, this.#options.ttlMs, now);
  }

  /** The latest one of that text, however old. */
  findText(text: string): Sound | undefined {
    const [latest] = [...(this.#byText.get(text) ?? [])].sort(
      (one, other) => other.createdAt - one.createdAt,
    );
    return latest?.sound;
  }

  put(stored: StoredSound, now: number): void {
    const slot = slotOf(stored.key, stored.variant);
    const before = this.#entries.get(slot);
    if (before) this.#remove(before);
    const bytes = stored.sound.pcm.byteLength + overheadBytes;
    if (bytes > this.#options.maxBytes) return;
    const kept: Kept = { ...stored, bytes, heat: before ? heatAfterUse(before.heat, now) : now };
    this.#entries.set(slot, kept);
    const ofText = this.#byText.get(kept.text);
    if (ofText) ofText.add(kept);
    else this.#byText.set(kept.text, new Set([kept]));
    this.bytes += bytes;
    this.#shed();
  }

  #shed(): void {
    const limits = { bytes: this.#options.maxBytes, entries: this.#options.maxEntries };
    if (this.bytes <= limits.bytes && this.#entries.size <= limits.entries) return;
    for (const victim of chooseVictims(this.#entries.values(), limits)) {
      this.#remove(victim);
      this.evictions += 1;
    }
  }

  #remove(kept: Kept): void {
    this.#entries.delete(slotOf(kept.key, kept.variant));
    this.bytes -= kept.bytes;
    const ofText = this.#byText.get(kept.text);
    ofText?.delete(kept);
    if (ofText?.size === 0) this.#byText.delete(kept.text);
  }
}

const slotOf = (key: string, variant: number): string => `${key}-${variant}`;
