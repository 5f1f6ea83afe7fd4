import type { Logger } from '../../logger.ts';
import { readPlays } from './index-file.ts';
import { writeFileWhole } from './write-file.ts';

export interface PlaysOptions {
  file: string;
  log: Pick<Logger, 'warn'>;
  mayWrite: () => boolean;
}

const most = 512;
const paceMs = 5_000;

/** The order in which kept sounds were last heard, over restarts too: a few kilobytes, written every few seconds at most. */
export class Plays {
  readonly #options: PlaysOptions;
  #keys: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(options: PlaysOptions) {
    this.#options = options;
  }

  /** Each at most once, the latest last. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  add(key: string): void {
    this.#keys = [...this.#keys.filter((each) => each !== key), key].slice(-most);
    this.#timer ??= setTimeout(() => this.#write(), paceMs).unref();
  }

  /** What another process has noted lies before what this one has. A first start has no such file. */
  async load(): Promise<void> {
    try {
      const before = await readPlays(this.#options.file);
      const own = new Set(this.#keys);
      this.#keys = [...new Set(before)]
        .filter((key) => !own.has(key))
        .concat(this.#keys)
        .slice(-most);
    } catch {
      // Then the order begins anew.
    }
  }

  /** Everything that is to be on disk is there, or cannot be. */
  async written(): Promise<void> {
    if (this.#timer) this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { file, log, mayWrite } = this.#options;
    if (!mayWrite()) return;
    this.#writing = this.#writing
      .then(async () => await writeFileWhole(file, JSON.stringify(this.#keys)))
      .then(() => {
        this.#failed = false;
      })
      .catch((error: unknown) => {
        if (!this.#failed) log.warn({ err: error }, 'cannot write down which fillers were heard');
        this.#failed = true;
      });
  }
}
