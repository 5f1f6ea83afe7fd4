import type { SourceParts } from '../source.ts';

/** Says each condition once when it begins and once when it has passed. */
export class Conditions {
  readonly #say: SourceParts['onCondition'];
  readonly #on = new Set<string>();

  constructor(say: SourceParts['onCondition']) {
    this.#say = say;
  }

  set(code: string, isOn: boolean, text: string): void {
    if (isOn === this.#on.has(code)) return;
    if (isOn) this.#on.add(code);
    else this.#on.delete(code);
    this.#say({ code, text, isOn });
  }
}
