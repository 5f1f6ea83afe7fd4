/** A server that does one thing at a time: while the gate is held nobody else is served. Those who wait go in the order in which they came. */
export class Gate {
  #held: PromiseWithResolvers<void> | undefined;
  #holders = 0;
  readonly #onHeld: () => void;

  /** @param onHeld is called whenever somebody takes hold. */
  constructor(onHeld: () => void) {
    this.#onHeld = onHeld;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Returns when nobody holds it. */
  async pass(): Promise<void> {
    while (this.#held) await this.#held.promise;
  }

  /** Waits until nobody holds it, and holds it. */
  async enter(): Promise<Disposable> {
    await this.pass();
    // Somebody else may have been quicker between the two.
    return this.#held ? await this.enter() : this.hold();
  }

  /** Held by several, it is free once all have let go. */
  hold(): Disposable {
    this.#held ??= Promise.withResolvers();
    this.#holders += 1;
    this.#onHeld();
    let holds = true;
    return {
      [Symbol.dispose]: () => {
        if (!holds) return;
        holds = false;
        this.#holders -= 1;
        if (this.#holders > 0) return;
        this.#held?.resolve();
        this.#held = undefined;
      },
    };
  }
}
