import type { Config } from '../../../protocol/config.ts';
import { fillerKey, voicingOf } from './filler-key.ts';

export type FillerKind = 'line' | 'promise' | 'idle';

/** What of a room's texts may be heard when nothing else is there. */
export class FillerTexts {
  readonly #voicing: string;
  readonly #configured = new Map<string, { key: string; text: string; kind: 'line' | 'promise' }>();
  readonly #script: string;

  constructor(config: Pick<Config, 'tts' | 'audio' | 'reply'>) {
    const { fillers } = config.audio;
    this.#voicing = voicingOf(config);
    // In the order in which they are made, so that there is soon something of both.
    const promises = new Set(fillers.promises);
    for (let index = 0; index < Math.max(fillers.lines.length, fillers.promises.length); index++)
      for (const text of [fillers.lines[index], fillers.promises[index]])
        if (text !== undefined) this.#add(text, promises.has(text) ? 'promise' : 'line');
    const { idle, disclosure } = config.reply;
    this.#script = [...idle.flatMap(({ lines }) => lines), disclosure.text].map(bare).join('\n');
  }

  keyOf(text: string): string {
    return fillerKey(text, this.#voicing);
  }

  /** Those that the configuration names. */
  get configured(): { key: string; text: string; kind: 'line' | 'promise' }[] {
    return [...this.#configured.values()];
  }

  /** What a text is good for now; undefined: it is not to be heard any more, like a line that was taken out of the script. */
  kindOf({ key, text }: { key: string; text: string }): FillerKind | undefined {
    if (key !== this.keyOf(text)) return undefined;
    return this.#configured.get(key)?.kind ?? (this.#script.includes(bare(text)) ? 'idle' : undefined);
  }

  #add(text: string, kind: 'line' | 'promise'): void {
    const key = this.keyOf(text);
    if (!this.#configured.has(key)) this.#configured.set(key, { key, text, kind });
  }
}

/** Sentences are cut out of lines without the spaces around them. */
const bare = (text: string): string => text.replaceAll(/\s/gu, '');
