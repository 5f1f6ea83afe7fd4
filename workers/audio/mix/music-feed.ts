import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toFailure } from '../../../protocol/failure.ts';
import { delay } from '../../delay.ts';
import { msOf, samplesOf } from '../format.ts';
import { decodeFile } from './decoding/decode-file.ts';
import { isSoundFile } from './decoding/open-decoder.ts';
import type { MusicBlock } from './music-buffer.ts';
import { blockSamples } from './music-buffer.ts';
import type { MusicOrder } from './music-order.ts';
import type { MusicPlace } from './music-place.ts';

export interface MusicFeedOptions {
  folder: string;
  order: MusicOrder;
  /** Where an earlier process left it. */
  from?: MusicPlace | undefined;
  /** A file that ended the process or thread that decoded it. */
  avoid?: string | undefined;
  /** A file begins. */
  onFile: (name: string) => void;
  /** For people; the same trouble is told once. */
  onTrouble: (text: string) => void;
  signal: AbortSignal;
  /** How long to wait for the folder to have something. */
  lookAgainMs?: number;
  /** How long to leave a file alone that cannot be played, and has not changed. */
  tryAgainMs?: number;
}

/** Shorter ones would be opened again and again. */
const leastSamples = samplesOf(100);

/** All the music of a folder, for ever, in blocks of a second. Never throws: what cannot be played is told once, and looked at again later. */
export class MusicFeed {
  readonly #options: Required<Omit<MusicFeedOptions, 'from' | 'avoid'>>;
  /** By name: what it was like when it could not be played, and until when it is left alone. */
  readonly #bad = new Map<string, { stamp: string; until: number }>();
  readonly #told = new Set<string>();
  #from: MusicPlace | undefined;
  #avoid: string | undefined;
  #block = new Int16Array(blockSamples);
  #filled = 0;
  #place: MusicPlace | undefined;

  constructor({ from, avoid, ...options }: MusicFeedOptions) {
    this.#options = { lookAgainMs: 10_000, tryAgainMs: 600_000, ...options };
    this.#from = from;
    this.#avoid = avoid;
  }

  async *blocks(): AsyncGenerator<MusicBlock> {
    const { signal, lookAgainMs } = this.#options;
    while (!signal.aborted) {
      const next = await this.#next();
      if (next) yield* this.#play(next);
      else await delay(lookAgainMs, signal);
    }
  }

  async #next(): Promise<{ name: string; from: MusicPlace | undefined } | undefined> {
    const { folder, order } = this.#options;
    const names = await this.#playable();
    const from = this.#from;
    this.#from = undefined;
    if (from) order.goOnAfter(from.file);
    if (from && names.includes(from.file)) return { name: from.file, from };
    const name = order.next(names);
    if (name === undefined) this.#tell('', `there is no music to play in "${folder}"`);
    else this.#told.delete('');
    return name === undefined ? undefined : { name, from: undefined };
  }

  async *#play({ name, from }: { name: string; from: MusicPlace | undefined }): AsyncGenerator<MusicBlock> {
    const { folder, onFile, signal } = this.#options;
    onFile(name);
    let samples = 0;
    try {
      for await (const { pcm, ms, byte } of decodeFile(join(folder, name), from ? { from } : {})) {
        if (signal.aborted) return;
        const entry = byte === 0 ? { byte, ms: 0 } : { byte, ms };
        for (let at = 0; at < pcm.length;) {
          this.#place ??= { file: name, ms: ms + msOf(at), entry };
          const count = Math.min(pcm.length - at, blockSamples - this.#filled);
          this.#block.set(pcm.subarray(at, at + count), this.#filled);
          this.#filled += count;
          at += count;
          if (this.#filled === blockSamples) yield this.#takeBlock(this.#place);
        }
        samples += pcm.length;
      }
      // From the middle on it may be as short as it likes.
      if (samples < leastSamples && !from) throw new Error('It is too short to be music');
      this.#forget(name);
    } catch (error) {
      await this.#refuse(name, toFailure(error).message);
    }
  }

  #takeBlock(place: MusicPlace): MusicBlock {
    const pcm = this.#block;
    this.#block = new Int16Array(blockSamples);
    this.#filled = 0;
    this.#place = undefined;
    return { pcm, place };
  }

  async #playable(): Promise<string[]> {
    const { folder } = this.#options;
    let names: string[];
    try {
      names = (await readdir(folder)).filter(isSoundFile);
      this.#told.delete(folder);
    } catch (error) {
      this.#tell(folder, `cannot read the music folder "${folder}": ${toFailure(error).message}`);
      return [];
    }
    const avoid = this.#avoid;
    this.#avoid = undefined;
    if (avoid !== undefined && names.includes(avoid))
      await this.#refuse(avoid, 'What decodes it was ended by it');
    const isPlayable = await Promise.all(names.map(async (name) => !(await this.#isBad(name))));
    for (const name of this.#bad.keys()) if (!names.includes(name)) this.#forget(name);
    return names.filter((_name, index) => isPlayable[index]);
  }

  async #isBad(name: string): Promise<boolean> {
    const bad = this.#bad.get(name);
    return bad !== undefined && Date.now() < bad.until && bad.stamp === (await this.#stampOf(name));
  }

  async #refuse(name: string, reason: string): Promise<void> {
    const stamp = await this.#stampOf(name);
    if (this.#bad.get(name)?.stamp !== stamp) this.#told.delete(name);
    this.#bad.set(name, { stamp, until: Date.now() + this.#options.tryAgainMs });
    this.#tell(name, `cannot play the music "${name}": ${reason}`);
  }

  #forget(name: string): void {
    this.#bad.delete(name);
    this.#told.delete(name);
  }

  /** Changes when the file does. */
  async #stampOf(name: string): Promise<string> {
    try {
      const { size, mtimeMs } = await stat(join(this.#options.folder, name));
      return `${size} ${mtimeMs}`;
    } catch {
      return 'gone';
    }
  }

  #tell(about: string, text: string): void {
    if (this.#told.has(about)) return;
    this.#told.add(about);
    this.#options.onTrouble(text);
  }
}
