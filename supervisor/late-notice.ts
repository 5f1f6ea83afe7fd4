/** Says something a little later, or as soon as it must have been said. Once. */
export class LateNotice {
  readonly #afterMs: number;
  #unsaid: (() => void) | undefined;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  later(say: () => void): void {
    this.#unsaid = say;
    setTimeout(() => this.now(), this.#afterMs).unref();
  }

  now(): void {
    const unsaid = this.#unsaid;
    this.#unsaid = undefined;
    unsaid?.();
  }
}
