export interface RotationOptions {
  /** How often a text is played until another rendition of it is drawn; 0: none is. */
  variantAfter: number;
  maxVariants: number;
}

/** Whose turn it is among the renditions of one text, and when another is due. Pure. */
export class Rotation {
  readonly #options: RotationOptions;
  #variants: number[] = [];
  #last = -1;
  #playsSinceDrawn = 0;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#variants.length;
  }

  /** Those that there are, in the order in which to try them: what was played last comes last. */
  get order(): number[] {
    const after = this.#variants.filter((variant) => variant > this.#last);
    return [...after, ...this.#variants.filter((variant) => variant <= this.#last)];
  }

  /** The number for a new one. */
  get free(): number {
    const taken = new Set(this.#variants);
    let variant = 0;
    while (taken.has(variant)) variant += 1;
    return variant;
  }

  add(...variants: number[]): void {
    this.#variants = [...new Set([...this.#variants, ...variants])].sort((one, other) => one - other);
  }

  remove(variant: number): void {
    this.#variants = this.#variants.filter((other) => other !== variant);
  }

  played(variant: number): void {
    this.#last = variant;
    this.#playsSinceDrawn += 1;
  }

  /** Whether another one is to be drawn now; says so once, until it has been played as often again. */
  takeTurnToDraw(): boolean {
    const { variantAfter, maxVariants } = this.#options;
    // The first time is no repetition.
    if (variantAfter === 0 || this.size >= maxVariants || this.#playsSinceDrawn <= variantAfter) return false;
    this.#playsSinceDrawn = 0;
    return true;
  }
}
