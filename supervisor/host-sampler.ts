import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { HostSample } from './host-verdict.ts';

/** What the sampler reads; node:os and node:fs, unless a test says otherwise. */
export interface HostSource {
  /** Milliseconds of all cores since the host's start. */
  cpuTimes: () => { busy: number; total: number };
  memory: () => { freeBytes: number; totalBytes: number };
  diskFreeBytes: (folder: string) => Promise<number>;
}

export interface HostSamplerOptions {
  /** On the disk that is watched. */
  home: string;
  /** A figure could not be read: it is missing in the sample. Called again only after it could be read in between. */
  onProblem: (what: string, error: unknown) => void;
  source?: HostSource;
  /** A disk that does not answer, like a network disk whose server went away, must not hold up the others. */
  diskTimeoutMs?: number;
}

/** CPU, memory and disk of the host. Cheap enough for every few seconds; never throws. */
export class HostSampler {
  readonly #home: string;
  readonly #onProblem: HostSamplerOptions['onProblem'];
  readonly #source: HostSource;
  readonly #diskTimeoutMs: number;
  readonly #failing = new Set<string>();
  #cpuBefore: { busy: number; total: number } | undefined;
  #asking: Promise<number> | undefined;

  constructor({ home, onProblem, source = thisHost, diskTimeoutMs = 2_000 }: HostSamplerOptions) {
    this.#home = home;
    this.#onProblem = onProblem;
    this.#source = source;
    this.#diskTimeoutMs = diskTimeoutMs;
  }

  async sample(at: number): Promise<HostSample> {
    const cpuPct = await this.#try('CPU of the host', () => this.#cpuPct());
    const memoryPct = await this.#try('memory of the host', () => {
      const { freeBytes, totalBytes } = this.#source.memory();
      return (1 - freeBytes / totalBytes) * 100;
    });
    const diskFreeMb = await this.#try('free disk', async () => (await this.#diskFreeBytes()) / 1e6);
    return { at, cpuPct, memoryPct, diskFreeMb };
  }

  /** `undefined` at first, and when no time has passed. */
  #cpuPct(): number | undefined {
    const before = this.#cpuBefore;
    const now = this.#source.cpuTimes();
    this.#cpuBefore = now;
    if (!before || now.total <= before.total) return undefined;
    return Math.min(100, Math.max(0, ((now.busy - before.busy) / (now.total - before.total)) * 100));
  }

  async #diskFreeBytes(): Promise<number> {
    // A question that hangs keeps a thread of the runtime: never ask a second one beside it.
    this.#asking ??= this.#source.diskFreeBytes(this.#home).finally(() => (this.#asking = undefined));
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`no answer within ${this.#diskTimeoutMs} ms`)),
      this.#diskTimeoutMs,
    ).unref();
    try {
      return await Promise.race([this.#asking, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #try(
    what: string,
    read: () => number | undefined | Promise<number | undefined>,
  ): Promise<number | undefined> {
    try {
      const value = await read();
      this.#failing.delete(what);
      return value;
    } catch (error) {
      if (!this.#failing.has(what)) this.#onProblem(what, error);
      this.#failing.add(what);
      return undefined;
    }
  }
}

const thisHost: HostSource = {
  cpuTimes() {
    let idle = 0;
    let total = 0;
    for (const { times } of cpus()) {
      idle += times.idle;
      total += times.user + times.nice + times.sys + times.irq + times.idle;
    }
    return { busy: total - idle, total };
  },
  // On Linux this is what could be had (MemAvailable), caches included, not what lies unused.
  memory: () => ({ freeBytes: freemem(), totalBytes: totalmem() }),
  async diskFreeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};
