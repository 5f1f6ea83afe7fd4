import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import type { Logger } from '../../logger.ts';
import { EngineError } from '../endpoint.ts';
import type { Endpoint, RawSound, SpeakOptions, SpokenText } from '../endpoint.ts';
import { TimeLimitError } from '../time-limit.ts';
import { BreakerKeeper } from './breaker-keeper.ts';
import type { Clock } from './clock.ts';
import { openDeadline, untilAborted } from './deadline.ts';
import { EndpointStatistics } from './endpoint-statistics.ts';
import { retryGateway } from './gateway-retry.ts';
import type { GuardLimits } from './guard-limits.ts';
import { LostRaceError } from './hedge.ts';
import { NotAskedError } from './not-asked-error.ts';
import { Refusals } from './refusals.ts';
import type { EndpointState } from './statistics.ts';
import { TokenGate } from './token-gate.ts';
import { firstTexts, probeText } from './first-texts.ts';

export interface GuardOptions {
  endpoint: Endpoint;
  engineId: string;
  limits: GuardLimits;
  hedge: { leastMs: number; factor: number };
  /** Whether what a probe gave may be heard. */
  judge: (raw: RawSound, text: SpokenText, signal: AbortSignal) => Promise<boolean>;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Logger;
  /** How many sentences whoever judges has to hear before it knows the voice; one unless told. */
  lessons?: () => number;
  /** The embedded voice: it is asked whatever happened, and only its queue has a bound. */
  isLastResort?: boolean;
}

export interface GuardedSpeakOptions extends SpeakOptions {
  /** By the clock; nothing is waited for that comes later. */
  deadlineAt: number;
  /** Called once, when the request leaves. */
  onSent: () => void;
}

const probeMs = 15_000;
/** Whoever has begun is given so many times the time of one that says nothing: another voice in the middle of a show is heard. */
const slowness = 6;
const queuePerSlot = 4;
const lastResortQueue = 256;

/**
 * An endpoint with a breaker, so many requests at a time and a bounded queue, a rate, and a second try when a proxy says that the
 * server is just not there. A request that is given up ends at once for its caller; its slot is free when the endpoint has ended it.
 */
export class GuardedEndpoint implements AsyncDisposable {
  readonly statistics: EndpointStatistics;
  readonly #options: GuardOptions;
  readonly #slots;
  readonly #tokens: TokenGate;
  readonly #breaker: BreakerKeeper;
  readonly #refusals: Refusals;
  #inFlight = 0;
  #isWarm = false;
  #isRenewing = false;
  #changed = Promise.withResolvers<void>();

  constructor(options: GuardOptions) {
    const { endpoint, engineId, limits, clock, random, log, isLastResort = false } = options;
    this.#options = options;
    this.statistics = new EndpointStatistics({ engine: engineId, endpoint: endpoint.name });
    this.#slots = bulkhead(endpoint.slots, isLastResort ? lastResortQueue : endpoint.slots * queuePerSlot);
    this.#tokens = new TokenGate(limits.rate, clock);
    this.#refusals = new Refusals({ name: endpoint.name, clock, mostMs: limits.breaker.maxOpenMs });
    this.#breaker = new BreakerKeeper({
      name: endpoint.name,
      rules: limits.breaker,
      clock,
      random,
      log,
      neverOpens: isLastResort,
      probe: async (signal) => await this.#probe(signal),
      isOccupied: () => this.#isOccupied,
      changed: async () => await this.#changed.promise,
    });
  }

  get name(): string {
    return this.#options.endpoint.name;
  }

  get engineId(): string {
    return this.#options.engineId;
  }

  get slots(): number {
    return this.#options.endpoint.slots;
  }

  /** Warm, not being renewed, and not left alone for its failures. */
  get ready(): boolean {
    if (this.#options.isLastResort) return true;
    return this.#isWarm && !this.#isRenewing && this.#breaker.kind === 'closed';
  }

  /** A request would be sent at once. */
  get free(): boolean {
    return this.#slots.executionSlots > 0 && this.#inFlight < this.slots;
  }

  get canRestart(): boolean {
    return this.#options.endpoint.restart !== undefined;
  }

  get state(): EndpointState {
    const { endpoint, isLastResort } = this.#options;
    const queue = isLastResort ? lastResortQueue : endpoint.slots * queuePerSlot;
    const state = !this.#isWarm ? 'cold' : this.#isRenewing ? 'renewing' : this.#breaker.kind;
    return { state, inFlight: this.#inFlight, queued: queue - this.#slots.queueSlots };
  }

  /** How long it may say nothing before another is asked as well. */
  get patienceMs(): number {
    const { leastMs, factor } = this.#options.hedge;
    return Math.max(leastMs, factor * this.statistics.firstByteP95Ms);
  }

  /** How long a sound that has begun may take until it is whole. */
  get slowMs(): number {
    const { leastMs, factor } = this.#options.hedge;
    return Math.max(slowness * leastMs, factor * this.statistics.totalP95Ms);
  }

  /** Makes it available, and learns how long it takes. Throws what the endpoint throws; may be tried again. */
  async warmUp(signal: AbortSignal): Promise<void> {
    await this.#options.endpoint.warmUp(signal);
    if (!this.#options.isLastResort) {
      const lessons = Math.max(1, this.#options.lessons?.() ?? 1);
      for (const text of firstTexts.slice(0, lessons)) {
        using limit = openDeadline(this.#options.clock, probeMs, signal);
        if (!(await this.#try(text, limit.signal)))
          throw new EngineError(
            'garbage',
            `${this.name} spoke its first sentence so that it may not be heard`,
          );
      }
    }
    this.#isWarm = true;
    this.#change();
  }

  /** Makes it available without its having said anything, such as that of a predecessor which may still be speaking. */
  trust(): void {
    this.#isWarm = true;
    this.#change();
  }

  /** Throws EngineError, NotAskedError when nothing was sent, or the signal's reason. */
  async speak(text: SpokenText, options: GuardedSpeakOptions): Promise<RawSound> {
    const { signal } = options;
    signal.throwIfAborted();
    this.#assertReady();
    const work = this.#slots.execute(async () => await this.#send(text, options), signal);
    try {
      return await untilAborted(work, signal);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new NotAskedError('full', `${this.name} has too many requests waiting`, { cause: error });
    }
  }

  /** What the quality gate said of its sound. */
  reportQuality(ok: boolean, reasons: readonly string[]): void {
    this.statistics.judged(ok, reasons);
    this.#breaker.step({ kind: 'verdict', ok });
  }

  /** Renews the server. Only while nothing is in flight there; throws what the endpoint throws, and leaves it alone then. */
  async restart(signal: AbortSignal): Promise<void> {
    const { endpoint } = this.#options;
    if (!endpoint.restart) throw new Error(`${this.name} cannot be restarted`);
    if (this.#isOccupied || this.#breaker.kind === 'probing')
      throw new Error(`${this.name} is at work and is not restarted`);
    this.#isRenewing = true;
    try {
      await untilAborted(endpoint.restart(signal), signal);
      this.statistics.restarted();
      this.#breaker.step({ kind: 'renewed' });
    } catch (error) {
      this.#breaker.step({ kind: 'broken' });
      throw error;
    } finally {
      this.#isRenewing = false;
      this.#change();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closing = this.#breaker[Symbol.asyncDispose]();
    this.#change();
    await closing;
    await this.#options.endpoint[Symbol.asyncDispose]();
  }

  async #send(text: SpokenText, options: GuardedSpeakOptions): Promise<RawSound> {
    const { endpoint, limits, clock } = this.#options;
    const { draw, signal, deadlineAt } = options;
    signal.throwIfAborted();
    await this.#tokens.take({ maxWaitMs: deadlineAt - clock.now(), signal, name: this.name });
    // It may have failed for others while this one waited.
    this.#assertReady();
    const sentAt = clock.now();
    this.#inFlight += 1;
    this.statistics.sent(sentAt);
    options.onSent();
    let heard = false;
    const onFirstByte = () => {
      if (heard) return;
      heard = true;
      this.statistics.heard(clock.now() - sentAt);
      options.onFirstByte();
    };
    try {
      const raw = await retryGateway({ rules: limits.retry, clock, signal }, async () => {
        return await endpoint.speak(text, { draw, signal, onFirstByte });
      });
      // A local program may have no first byte before the last.
      onFirstByte();
      const audioMs = (raw.samples.length * 1_000) / raw.sampleRateHz;
      this.statistics.spoke({ totalMs: clock.now() - sentAt, audioMs });
      this.#refusals.clear();
      this.#breaker.step({ kind: 'success' });
      return raw;
    } catch (error) {
      if (signal.aborted) this.#learnGivenUp(signal.reason, { heard, waitedMs: clock.now() - sentAt });
      else this.#learnFault(error, text);
      throw error;
    } finally {
      this.#inFlight -= 1;
      this.#change();
    }
  }

  /** Stopped by us: no fault of it, unless it had been quiet for longer than it ever is. */
  #learnGivenUp(reason: unknown, { heard, waitedMs }: { heard: boolean; waitedMs: number }): void {
    if (reason instanceof LostRaceError) {
      this.statistics.lostRace(reason.spent?.kind);
    } else if (!(reason instanceof TimeLimitError)) return;
    if (!heard && waitedMs >= this.patienceMs) this.#breaker.step({ kind: 'quiet' });
  }

  #learnFault(error: unknown, { text }: SpokenText): void {
    const code = error instanceof EngineError ? error.code : 'error';
    this.statistics.fault(code);
    if (error instanceof EngineError && !this.#refusals.isFault(error, text)) return;
    this.#breaker.step({ kind: code === 'sentinel' ? 'sentinel' : 'failure' });
  }

  /** Whether it is well again: that it is there at all, then a real sentence. */
  async #probe(signal: AbortSignal): Promise<boolean> {
    const { endpoint, clock } = this.#options;
    this.statistics.probes += 1;
    using limit = openDeadline(clock, probeMs, signal);
    await untilAborted(endpoint.probe(limit.signal), limit.signal);
    return await this.#try(probeText, limit.signal);
  }

  /** Speaks a real sentence; whether it may be heard. */
  async #try(text: SpokenText, signal: AbortSignal): Promise<boolean> {
    const { endpoint, clock, judge } = this.#options;
    const begunAt = clock.now();
    let heard = false;
    const onFirstByte = () => {
      if (!heard) this.statistics.heard(clock.now() - begunAt);
      heard = true;
    };
    const draw = { seed: 1, safer: false, streamed: true };
    this.#inFlight += 1;
    const speaking = endpoint.speak(text, { draw, signal, onFirstByte });
    const ended = () => {
      this.#inFlight -= 1;
      this.#change();
    };
    speaking.then(ended, ended);
    const raw = await untilAborted(speaking, signal);
    onFirstByte();
    return await untilAborted(judge(raw, text, signal), signal);
  }

  get #isOccupied(): boolean {
    return this.#inFlight > 0 || this.#isRenewing;
  }

  #assertReady(): void {
    if (this.ready) return this.#refusals.assertOver();
    throw new NotAskedError('left-alone', `${this.name} is left alone, it is ${this.state.state}`);
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
