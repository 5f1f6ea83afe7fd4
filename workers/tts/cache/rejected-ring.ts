import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../logger.ts';
import { delay } from '../../delay.ts';
import { encodeWav } from './encode-wav.ts';

export interface RejectedRingOptions {
  /** Shared with other processes; need not exist. */
  folder: string;
  /** How many sounds; 0: none. */
  keep: number;
  log: Pick<Logger, 'warn'>;
  now?: () => number;
}

export interface RejectedSound {
  samples: Int16Array;
  sampleRateHz: number;
  engine: string;
  voice: string;
  /** Codes of what is wrong with it. */
  reasons: readonly string[];
  text: string;
}

const maxSeconds = 60;
const maxFolderBytes = 100_000_000;
const maxTextLength = 100;
/** What is refused faster than the disk takes it is not all worth hearing. */
const maxUnwritten = 4;
const partAgeMs = 600_000;
const tellEveryMs = 600_000;
const disposeMs = 500;
const ours = /^(\d{8}T\d{9}Z-.+)\.(wav|json)$/;
const part = /^\.[0-9a-f]+\.part$/;

/**
 * The last sounds that were refused, for people to listen to: WAV files whose names tell when, whose and why, and a line of JSON beside each.
 * Nothing here throws, and nothing waits.
 */
export class RejectedRing implements AsyncDisposable {
  /** That could not be kept. */
  lost = 0;
  readonly #options: RejectedRingOptions;
  readonly #now: () => number;
  #unwritten = 0;
  #writing: Promise<void> = Promise.resolve();
  #toldAt = -Infinity;

  constructor(options: RejectedRingOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Written in the background; the samples are copied first. */
  keep(sound: RejectedSound): void {
    if (this.#options.keep === 0) return;
    if (this.#unwritten >= maxUnwritten) {
      this.lost += 1;
      return;
    }
    const at = this.#now();
    const samples = sound.samples.slice(0, maxSeconds * sound.sampleRateHz);
    this.#unwritten += 1;
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#write({ ...sound, samples }, at);
        await this.#shed();
      } catch (error) {
        this.lost += 1;
        this.#tell(error);
      } finally {
        this.#unwritten -= 1;
      }
    });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const limit = new AbortController();
    await Promise.race([this.#writing.finally(() => limit.abort()), delay(disposeMs, limit.signal)]);
  }

  async #write({ samples, sampleRateHz, engine, voice, reasons, text }: RejectedSound, at: number) {
    const { folder } = this.#options;
    const iso = new Date(at).toISOString();
    const stem = [
      iso.replaceAll(/[-:.]/g, ''),
      plain(engine, 32),
      plain(reasons.join('+'), 80),
      randomBytes(3).toString('hex'),
    ].join('-');
    const line = {
      at: iso,
      engine,
      voice,
      reasons,
      text: Array.from(text).slice(0, maxTextLength).join(''),
      sampleRateHz,
      durationMs: Math.round((samples.length * 1_000) / sampleRateHz),
    };
    await mkdir(folder, { recursive: true });
    await this.#writeWhole(`${stem}.json`, `${JSON.stringify(line)}\n`);
    await this.#writeWhole(`${stem}.wav`, encodeWav(samples, sampleRateHz));
  }

  async #writeWhole(name: string, content: string | Buffer): Promise<void> {
    const { folder } = this.#options;
    const draft = join(folder, `.${randomBytes(8).toString('hex')}.part`);
    try {
      await writeFile(draft, content, { flag: 'wx' });
      await rename(draft, join(folder, name));
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** The oldest go first. Others may do the same at the same time: what is gone is gone. */
  async #shed(): Promise<void> {
    const { folder, keep } = this.#options;
    const sizes = new Map<string, number>();
    for (const name of await readdir(folder)) {
      const stem = ours.exec(name)?.[1];
      if (stem === undefined && !part.test(name)) continue;
      const status = await stat(join(folder, name)).catch(() => undefined);
      if (!status) continue;
      if (stem !== undefined) sizes.set(stem, (sizes.get(stem) ?? 0) + status.size);
      else if (this.#now() - status.mtimeMs > partAgeMs) await rm(join(folder, name), { force: true });
    }
    const newestFirst = [...sizes].sort(([one], [other]) => (one < other ? 1 : -1));
    let bytes = 0;
    for (const [index, [stem, size]] of newestFirst.entries()) {
      bytes += size;
      if (index < keep && bytes <= maxFolderBytes) continue;
      await rm(join(folder, `${stem}.wav`), { force: true });
      await rm(join(folder, `${stem}.json`), { force: true });
    }
  }

  #tell(error: unknown): void {
    if (Math.abs(this.#now() - this.#toldAt) < tellEveryMs) return;
    this.#toldAt = this.#now();
    this.#options.log.warn(
      { err: error, folder: this.#options.folder },
      'cannot keep sounds that were refused',
    );
  }
}

function plain(text: string, most: number): string {
  return text.replaceAll(/[^\w+.-]+/g, '_').slice(0, most) || '_';
}
