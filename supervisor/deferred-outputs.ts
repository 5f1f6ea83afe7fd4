import type { Output } from './roster-state.ts';
import { isUrgent } from './roster-state.ts';
import { unixNow } from './unix-now.ts';

/** A take-over is over by then, or waits for somebody else. */
const takeOverMs = 60;

/**
 * Follows orders at once, and the rest in its order: what is told, written down and started anew. After a take-over that rest waits a
 * moment: it takes this process 30 ms (seen), in which a dead worker's messages would not be given to its successor.
 */
export class DeferredOutputs {
  readonly #follow: (output: Output, at: number) => void;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `follow` gets the time at which it was decided, in unix milliseconds. */
  constructor(follow: (output: Output, at: number) => void) {
    this.#follow = follow;
  }

  add(outputs: Output[]): void {
    const at = unixNow();
    for (const output of outputs) if (isUrgent(output)) this.#follow(output, at);
    for (const output of outputs) if (!isUrgent(output)) this.#waiting.push(() => this.#follow(output, at));
    if (outputs.some(isTakeOver)) this.#timer ??= setTimeout(() => this.flush(), takeOverMs);
    else if (this.#timer === undefined) this.flush();
  }

  /** What belongs behind all that was decided before it. */
  after(run: () => void): void {
    this.#waiting.push(run);
    if (this.#timer === undefined) this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next();
  }

  /** Nothing of it is wanted any more. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }
}

const isTakeOver = (output: Output): boolean => output.kind === 'promoted' && output.reason === 'takes over';
