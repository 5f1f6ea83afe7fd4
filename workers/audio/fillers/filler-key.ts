import { createHash } from 'node:crypto';
import type { Config } from '../../../protocol/config.ts';

const keyLength = 20;
export const keyPattern = /^[0-9a-f]{20}$/;

/** Everything of the configuration that changes how a text sounds: with another voice, all of it is made anew. */
export function voicingOf({ tts, audio }: Pick<Config, 'tts' | 'audio'>): string {
  const engines = tts.engines.map((engine) => [
    engine.type,
    'voices' in engine ? engine.voices : 'voice' in engine ? engine.voice : [engine.model, engine.speaker],
  ]);
  return JSON.stringify([engines, tts.voice, tts.speed, audio.loudness.targetLufs]);
}

/** The name of a text's sound: in file names and ids. */
export function fillerKey(text: string, voicing: string): string {
  return createHash('sha256')
    .update(JSON.stringify([voicing, text]))
    .digest('hex')
    .slice(0, keyLength);
}
