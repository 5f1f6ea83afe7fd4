import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sound } from '../../../../workers/tts/engine.ts';
import type { StoredSound } from '../../../../workers/tts/cache/entry-format.ts';
import { identify } from '../../../../workers/tts/cache/speech-key.ts';
import type { SpeechKey } from '../../../../workers/tts/cache/speech-key.ts';

/** Samples that differ with the seed. */
export function makeNoise(seed: number, bytes = 2_000): Sound {
  const pcm = new Uint8Array(bytes);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pcm[at] = state >>> 24;
  }
  return { pcm, sampleRateHz: 22_050, figures: { durationMs: Math.round(bytes / 44.1), peak: 0.5 } };
}

export function keyOf(text: string, changes: Partial<SpeechKey> = {}): SpeechKey {
  const loudness = { targetLufs: -16, peakDbtp: -1 };
  return {
    engine: 'e',
    voice: 'v',
    speed: 1,
    loudness,
    settings: '',
    text,
    normaliserVersion: 1,
    ...changes,
  };
}

export function storedOf(text: string, changes: Partial<StoredSound> = {}): StoredSound {
  return {
    ...identify(keyOf(text)),
    variant: 0,
    createdAt: 1_000,
    costMs: 100,
    sound: makeNoise(1),
    ...changes,
  };
}

/** What a test has. */
export interface Teardown {
  teardown: (end: () => void | Promise<void>) => void;
}

export function openFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'onair-cache-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** What would have been logged. */
export class Told {
  readonly warnings: string[] = [];
  readonly news: string[] = [];
  readonly log = {
    warn: (_: object, message: string) => void this.warnings.push(message),
    info: (_: object, message: string) => void this.news.push(message),
  } as unknown as import('../../../../workers/logger.ts').Logger;
}
