import { LRUCache } from 'lru-cache';
import type { Sound, SpeechRequest } from './engine.ts';

export interface SoundCacheOptions {
  maxBytes: number;
  ttlMs: number;
}

/** What a sentence costs beside its samples: key, figures, the cache's own. */
const overheadBytes = 1_024;

/** Sounds that were made lately, and those being made: who asks for the same text meanwhile gets the same sound. */
export class SoundCache {
  hits = 0;
  misses = 0;
  readonly #sounds: LRUCache<string, Sound>;
  readonly #making = new Map<string, Promise<Sound>>();

  constructor({ maxBytes, ttlMs }: SoundCacheOptions) {
    this.#sounds = new LRUCache({
      maxSize: maxBytes,
      ttl: ttlMs,
      sizeCalculation: ({ pcm }, key) => pcm.byteLength + key.length * 2 + overheadBytes,
    });
  }

  /** The sound of that key, or what `make` makes of it. A failure is told to everybody who waits for it, and is not kept. */
  async get(key: string, make: () => Promise<Sound>): Promise<Sound> {
    const ready = this.#sounds.get(key) ?? this.#making.get(key);
    if (ready) {
      this.hits += 1;
      return await ready;
    }
    this.misses += 1;
    const making = make();
    this.#making.set(key, making);
    try {
      const sound = await making;
      this.#sounds.set(key, sound);
      return sound;
    } finally {
      this.#making.delete(key);
    }
  }
}

/** Everything that changes how a text sounds. */
export function soundKey(engine: string, { text, voice, speed, loudness }: SpeechRequest): string {
  return JSON.stringify([engine, voice, speed, loudness.targetLufs, loudness.peakDbtp, text]);
}
