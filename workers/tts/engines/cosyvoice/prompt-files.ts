import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { CosyVoice } from './request.ts';
import { needsPrompt } from './request.ts';

/** Half a minute of stereo at 48 kHz; the server takes no more than 30 s. */
const maxBytes = 8_000_000;

/** The sounds like which voices speak. They are sent with every sentence, so they are read once and kept. */
export class PromptFiles {
  readonly #voices: readonly CosyVoice[];
  readonly #where: Pick<EngineParts, 'path' | 'project'>;
  readonly #files = new Map<CosyVoice, Uint8Array>();
  #reading: Promise<void> | undefined;

  constructor(voices: readonly CosyVoice[], where: Pick<EngineParts, 'path' | 'project'>) {
    this.#voices = voices;
    this.#where = where;
  }

  /** Throws ConfigurationError when one is missing. */
  async read(): Promise<void> {
    this.#reading ??= this.#read();
    try {
      await this.#reading;
    } catch (error) {
      // It may be there the next time.
      this.#reading = undefined;
      throw error;
    }
  }

  /** Empty for a voice that needs none. */
  of(voice: CosyVoice): Uint8Array {
    return this.#files.get(voice) ?? new Uint8Array();
  }

  async #read(): Promise<void> {
    for (const [index, voice] of this.#voices.entries()) {
      if (!needsPrompt(voice)) continue;
      const path = `${this.#where.path}.voices[${index}].promptWav`;
      if (voice.promptWav === '')
        throw new ConfigurationError([{ path, message: `must be a file, for ${voice.mode}` }]);
      const file = resolve(this.#where.project, voice.promptWav);
      this.#files.set(voice, await readWhole(file, path));
    }
  }
}

async function readWhole(file: string, path: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size === 0 || size > maxBytes)
      throw new Error(`it has ${size} bytes, and may have ${maxBytes} at the most`);
    return await handle.readFile();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([{ path, message: `cannot be read: ${reason}` }]);
  }
}
