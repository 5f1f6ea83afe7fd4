import { LRUCache } from 'lru-cache';
import type { ModelConfig } from '../../../protocol/reply/model-config.ts';

export interface Turn {
  question: string;
  answer: string;
}

/** What was said with each viewer, for a while; nobody sees what another said. */
export class ViewerMemory {
  readonly #turns: number;
  readonly #viewers: LRUCache<string, Turn[]>;

  constructor({ turns, viewers, ttlMs }: ModelConfig['memory']) {
    this.#turns = turns;
    this.#viewers = new LRUCache({ max: viewers, ttl: ttlMs });
  }

  recall(viewer: string): readonly Turn[] {
    return viewer === '' ? [] : (this.#viewers.get(viewer) ?? []);
  }

  remember(viewer: string, turn: Turn): void {
    if (viewer === '' || this.#turns === 0 || turn.answer === '') return;
    this.#viewers.set(viewer, [...this.recall(viewer), turn].slice(-this.#turns));
  }
}
