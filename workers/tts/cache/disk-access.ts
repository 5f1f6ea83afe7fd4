import type { Logger } from '../../logger.ts';
import { DiskHealth } from './disk-health.ts';
import { DamagedEntryError } from './entry-format.ts';
import { Lane } from './lane.ts';

export interface DiskAccessOptions {
  folder: string;
  log: Pick<Logger, 'warn' | 'info'>;
  now: () => number;
  /** Whoever waits for a sound gets it otherwise then. */
  readLimitMs: number;
}

const otherLimitMs = 5_000;
const maxWaiting = 500;
const tellEveryMs = 600_000;

/**
 * The way to a disk that may fail or hang: nobody waits for it longer than a moment, what failed is left alone for a while, and it is told
 * once, not for each sentence. A disk that is full can still be read, so that these are judged apart.
 */
export class DiskAccess {
  errors = 0;
  readonly #options: DiskAccessOptions;
  /** Two, and one for what nobody waits for: of the four threads that a process has for its disks one stays free. */
  readonly #readLane: Lane;
  readonly #otherLane = new Lane({ slots: 1, limitMs: otherLimitMs, maxWaiting });
  readonly #reading = new DiskHealth();
  readonly #writing = new DiskHealth();
  readonly #upkeep = new DiskHealth();
  #toldAt = -Infinity;
  #isTold = false;
  #damageToldAt = -Infinity;

  constructor(options: DiskAccessOptions) {
    this.#options = options;
    this.#readLane = new Lane({ slots: 2, limitMs: options.readLimitMs, maxWaiting });
  }

  get mayWrite(): boolean {
    return this.#writing.isUsable(this.#options.now()) && !this.#otherLane.isFull;
  }

  /** Undefined: the disk cannot be read now. Throws DamagedEntryError. */
  async read<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#do(this.#readLane, this.#reading, work);
    } catch (error) {
      if (error instanceof DamagedEntryError) throw error;
      return undefined;
    }
  }

  /** Throws when it failed, and while the disk is left alone. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    return await this.#do(this.#otherLane, this.#writing, work);
  }

  /** The same, for looking through and removing. */
  async operate<T>(work: () => Promise<T>): Promise<T> {
    return await this.#do(this.#otherLane, this.#upkeep, work);
  }

  tellDamage(error: DamagedEntryError, file: string): void {
    const { folder, log, now } = this.#options;
    if (Math.abs(now() - this.#damageToldAt) < tellEveryMs) return;
    this.#damageToldAt = now();
    log.warn({ err: error, folder, file }, 'kept speech is damaged, it is made again');
  }

  async #do<T>(lane: Lane, health: DiskHealth, work: () => Promise<T>): Promise<T> {
    if (!health.isUsable(this.#options.now())) throw new Error('Cannot use the disk for now');
    try {
      const result = await lane.run(work);
      health.worked();
      this.#tellRecovery();
      return result;
    } catch (error) {
      if (!(error instanceof DamagedEntryError)) this.#failed(health, error);
      throw error;
    }
  }

  #failed(health: DiskHealth, error: unknown): void {
    const { folder, log, now } = this.#options;
    this.errors += 1;
    health.failed(now());
    if (Math.abs(now() - this.#toldAt) < tellEveryMs) return;
    this.#toldAt = now();
    this.#isTold = true;
    log.warn({ err: error, folder }, 'the disk fails, speech is kept in memory only');
  }

  #tellRecovery(): void {
    if (!this.#isTold || [this.#reading, this.#writing, this.#upkeep].some(({ isFailing }) => isFailing))
      return;
    this.#isTold = false;
    this.#options.log.info({ folder: this.#options.folder }, 'speech is kept on disk again');
  }
}
