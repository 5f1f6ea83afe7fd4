import { createHash } from 'node:crypto';
import type { Loudness } from '../loudness/leveller.ts';
import { formatVersion } from './entry-format.ts';

/** Everything that changes how a text sounds. */
export interface SpeechKey {
  engine: string;
  voice: string;
  /** 1: as the engine speaks. */
  speed: number;
  loudness: Loudness;
  /** Digest of those settings of the engine that its sound depends on. */
  settings: string;
  /** As it is spoken: after the normaliser. */
  text: string;
  normaliserVersion: number;
}

/** The names of a sound: of exactly this one, and of its text, whoever speaks it. 32 digits of a SHA-256 each. */
export interface SpeechId {
  key: string;
  text: string;
}

export function identify(key: SpeechKey): SpeechId {
  const { engine, voice, speed, loudness, settings, text, normaliserVersion } = key;
  const { targetLufs, peakDbtp } = loudness;
  const parts = [
    formatVersion,
    engine,
    voice,
    speed,
    targetLufs,
    peakDbtp,
    settings,
    normaliserVersion,
    text,
  ];
  return { key: digest(JSON.stringify(parts)), text: identifyText(text) };
}

export function identifyText(text: string): string {
  return digest(text);
}

function digest(text: string): string {
  return createHash('sha256').update(text.toWellFormed()).digest('hex').slice(0, 32);
}
