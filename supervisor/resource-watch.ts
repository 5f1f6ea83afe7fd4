import type { Logger } from 'pino';
import type { ChildRecord } from './child-life.ts';
import { pidOf } from './child-life.ts';
import type { Sample } from './sampler.ts';
import { sample } from './sampler.ts';

export interface ResourceWatchOptions {
  log: Logger;
  children: () => ChildRecord[];
  /** A child uses more memory than it may. */
  onOver: (id: string, reason: string) => void;
  onLooked: () => void;
}

/** CPU and memory of the children, read now and then, and who uses too much. */
export class ResourceWatch {
  readonly #options: ResourceWatchOptions;
  readonly #samples = new Map<string, Sample>();
  #looking = false;

  constructor(options: ResourceWatchOptions) {
    this.#options = options;
  }

  of(id: string): Sample | undefined {
    return this.#samples.get(id);
  }

  forget(id: string): void {
    this.#samples.delete(id);
  }

  async look(): Promise<void> {
    // Overlapping calls would spoil the differences that CPU use is made of.
    if (this.#looking) return;
    this.#looking = true;
    const { children, onOver, onLooked, log } = this.#options;
    try {
      const before = children().filter((child) => pidOf(child) > 0);
      const samples = await sample(before.map(pidOf));
      const now = new Map(children().map((child) => [child.spec.id, child]));
      for (const child of before) {
        const { spec, generation } = child;
        const found = samples.get(pidOf(child));
        if (!found || now.get(spec.id)?.generation !== generation) continue;
        this.#samples.set(spec.id, found);
        if (found.rssMb > spec.limitMb)
          onOver(spec.id, `used ${found.rssMb} MB, over its ${spec.limitMb} MB`);
      }
      onLooked();
    } catch (error) {
      log.warn({ err: error }, 'cannot read CPU and memory');
    } finally {
      this.#looking = false;
    }
  }
}
