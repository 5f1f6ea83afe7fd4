import type { Logger } from '../../logger.ts';
import { EngineError } from '../endpoint.ts';
import type { Breaker, BreakerEvent, BreakerRules } from './breaker.ts';
import { closedBreaker, stepBreaker } from './breaker.ts';
import type { Clock } from './clock.ts';

export interface BreakerKeeperOptions {
  /** Of the endpoint. */
  name: string;
  rules: BreakerRules;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Logger;
  /** Nothing that happens opens it. */
  neverOpens: boolean;
  /** Whether the endpoint is well again; what it throws says no. */
  probe: (signal: AbortSignal) => Promise<boolean>;
  /** Something of ours is in flight there, or it is being renewed. */
  isOccupied: () => boolean;
  /** Until that may have changed. */
  changed: () => Promise<void>;
}

/** A breaker over time: while it is open, the endpoint is probed at growing distances until it is well again. */
export class BreakerKeeper implements AsyncDisposable {
  readonly #options: BreakerKeeperOptions;
  readonly #closing = new AbortController();
  #breaker: Breaker;
  #recovery: Promise<void> | undefined;

  constructor(options: BreakerKeeperOptions) {
    this.#options = options;
    this.#breaker = closedBreaker(options.rules);
  }

  get kind(): Breaker['kind'] {
    return this.#breaker.kind;
  }

  step(event: BreakerEvent): void {
    const { name, rules, clock, random, log, neverOpens } = this.#options;
    if (neverOpens) return;
    const from = this.#breaker.kind;
    this.#breaker = stepBreaker(this.#breaker, event, { now: clock.now(), random: random(), rules });
    const to = this.#breaker.kind;
    if (to === from) return;
    log.info({ endpoint: name, from, to, event: event.kind }, 'breaker changed');
    if (to === 'open' && !this.#closing.signal.aborted) this.#recovery ??= this.#recover();
  }

  /** Ends a probe that is under way. Whoever waits for `changed` has to be woken after it was called. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('The endpoint is closed'));
    await this.#recovery;
  }

  async #recover(): Promise<void> {
    const { clock, isOccupied, changed } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted && this.#breaker.kind === 'open') {
      const waitMs = this.#breaker.until - clock.now();
      if (waitMs > 0) await clock.delay(waitMs, signal);
      // A server that does one thing at a time would answer late and be blamed for it.
      else if (isOccupied()) await changed();
      else await this.#probe(signal);
    }
    this.#recovery = undefined;
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const { name, probe, log } = this.#options;
    this.step({ kind: 'probe' });
    const outcome = await probe(signal).then(
      (isWell) => (isWell ? 'probe-passed' : 'probe-failed'),
      (error: unknown) => {
        log.debug({ err: error, endpoint: name }, 'probe failed');
        const isBusy = error instanceof EngineError && error.code === 'busy';
        return isBusy || signal.aborted ? 'probe-left' : 'probe-failed';
      },
    );
    this.step({ kind: outcome });
  }
}
