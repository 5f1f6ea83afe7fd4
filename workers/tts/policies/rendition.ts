import type { Logger } from '../../logger.ts';
import { describeFailure, toFailure } from '../../../protocol/failure.ts';
import { EngineError } from '../endpoint.ts';
import { isThreadDeath } from '../engines/thread-death.ts';
import type { Draw, Engine, RawSound } from '../endpoint.ts';
import type { Sound, SpeechRequest } from '../engine.ts';
import { TimeLimitError } from '../time-limit.ts';
import type { Clock } from './clock.ts';
import { openDeadline, untilAborted } from './deadline.ts';
import type { GuardedEndpoint } from './guarded-endpoint.ts';
import type { Contender, ContenderHooks, Next } from './hedge.ts';
import { LostRaceError, race } from './hedge.ts';
import type { EngineView, LadderView, Outcome, PastTry, Try, Why } from './ladder.ts';
import { nextStep } from './ladder.ts';
import { NotAskedError } from './not-asked-error.ts';

export type Finished = { ok: true; sound: Sound } | { ok: false; reasons: string[] };

export interface AboutSound {
  text: string;
  voice: string;
  speed: number;
  engineId: string;
}

/** Judges a sound and makes it fit to be heard. */
export interface Finisher {
  finish(raw: RawSound, about: AboutSound, signal: AbortSignal): Promise<Finished>;
}

/** An engine whose endpoints are guarded. */
export interface GuardedEngine extends Pick<Engine, 'id' | 'draws'> {
  endpoints: readonly GuardedEndpoint[];
}

/** One try of a request, for reports and the ledger. */
export interface TryRecord extends PastTry {
  draw: Draw;
  begunAt: number;
  /** How long it took; 0 as long as it runs. */
  ms: number;
  reasons: string[];
}

export interface RenditionOptions {
  /** In order of preference, without the embedded one. */
  engines: readonly GuardedEngine[];
  /** With one endpoint. */
  embedded: GuardedEngine;
  finisher: Finisher;
  /** For the embedded voice, when the finisher does not answer. */
  finishPlainly: (raw: RawSound, about: AboutSound) => Finished;
  /** A rendition of the same text by any engine and voice, made at any time. */
  findEarlier: (request: SpeechRequest) => Promise<Sound | undefined>;
  redraws: number;
  clock: Clock;
  log: Logger;
}

export interface Rendered {
  sound: Sound;
  /** The engine's id, or `earlier`. */
  engine: string;
}

/** Time that is left to the embedded voice, whatever the others do. */
const reservedMs = 2_000;
/** On a machine that is busy beyond measure it takes longer: behind it there is nobody, and a late sound is better than none. */
const lastResortMs = 8_000;
/** A busy machine needs longer; what is not judged by then is not heard. */
const finishMs = 2_500;
const lateFinishMs = 500;
const earlierMs = 150;
/** For a place in a queue of ours, until somebody else is asked. */
const queueMs = 3_000;
const mostAtOnce = 3;

/** The tries for one request, until one of them gives a sound that may be heard. */
export class Rendition {
  readonly tries: TryRecord[] = [];
  readonly #options: RenditionOptions;
  readonly #request: SpeechRequest;
  readonly #roll: number;
  readonly #deadlineAt: number;
  readonly #signals = new Map<TryRecord, AbortSignal>();
  #askedEarlier = false;

  constructor(
    options: RenditionOptions,
    { request, roll, deadlineAt }: { request: SpeechRequest; roll: number; deadlineAt: number },
  ) {
    this.#options = options;
    this.#request = request;
    this.#roll = roll;
    this.#deadlineAt = deadlineAt;
  }

  /** Undefined when nobody could; `tries` then tell why. Throws the signal's reason when it says stop. */
  async run(signal: AbortSignal): Promise<Rendered | undefined> {
    const { clock } = this.#options;
    const leftMs = this.#deadlineAt - clock.now();
    using limit = openDeadline(clock, Math.max(0, leftMs) + lastResortMs, signal);
    try {
      return await race<Rendered>({
        next: (why) => this.#next(why),
        most: mostAtOnce,
        lateAfterMs: leftMs - Math.min(reservedMs, leftMs / 2),
        clock,
        signal: limit.signal,
      });
    } catch (error) {
      if (signal.aborted || !(error instanceof TimeLimitError)) throw error;
      return undefined;
    } finally {
      const isOver = limit.signal.aborted;
      for (const one of this.tries)
        if (isOver) this.#settle(one, 'total-timeout');
        else this.#settleGivenUp(one, this.#signals.get(one)?.reason);
    }
  }

  #next(why: Why): Next<Rendered> {
    const isOver = this.#options.clock.now() >= this.#deadlineAt;
    const step = nextStep(this.#view(), isOver ? 'late' : why);
    switch (step.kind) {
      case 'ask':
        return { kind: 'run', contender: this.#contend(step.try, why) };
      case 'earlier':
        this.#askedEarlier = true;
        return { kind: 'run', contender: this.#contendEarlier() };
      case 'wait':
      case 'none':
        return step;
    }
  }

  #view(): LadderView {
    const { engines, embedded, redraws, clock } = this.#options;
    return {
      text: this.#request.text,
      roll: this.#roll,
      redraws,
      now: clock.now(),
      engines: engines.map(viewEngine),
      embedded: viewEngine(embedded),
      past: this.tries,
      askedEarlier: this.#askedEarlier,
    };
  }

  #contend(wanted: Try, why: Why): Contender<Rendered> {
    const { engines, embedded, clock } = this.#options;
    const isEmbedded = wanted.engine === embedded.id;
    const engine = isEmbedded ? embedded : engines.find(({ id }) => id === wanted.engine);
    const endpoint = engine?.endpoints.find(({ name }) => name === wanted.endpoint);
    if (!endpoint) throw new Error(`There is no endpoint ${wanted.endpoint} of ${wanted.engine}`);
    const { draw, rung } = wanted;
    const names = { engine: wanted.engine, endpoint: wanted.endpoint };
    const record: TryRecord = { ...names, rung, draw, begunAt: clock.now(), ms: 0, reasons: [] };
    this.tries.push(record);
    if (why === 'quiet') endpoint.statistics.hedges += 1;
    return {
      patienceMs: isEmbedded ? Infinity : endpoint.patienceMs,
      queueMs: isEmbedded ? Infinity : queueMs,
      slowMs: isEmbedded ? Infinity : endpoint.slowMs,
      run: async (outer, hooks) => {
        this.#signals.set(record, outer);
        const leftMs = Math.max(0, this.#deadlineAt - clock.now()) + (isEmbedded ? lastResortMs : 0);
        using limit = openDeadline(clock, leftMs, outer);
        const sound = await this.#try(endpoint, { wanted, record, signal: limit.signal, hooks });
        return sound && { sound, engine: wanted.engine };
      },
    };
  }

  #contendEarlier(): Contender<Rendered> {
    const { clock, findEarlier, log } = this.#options;
    return {
      patienceMs: earlierMs,
      queueMs: earlierMs,
      slowMs: earlierMs,
      run: async (outer) => {
        // What takes longer is of no use: the embedded voice would be as fast.
        using limit = openDeadline(clock, earlierMs, outer);
        try {
          const sound = await untilAborted(findEarlier(this.#request), limit.signal);
          return sound && { sound, engine: 'earlier' };
        } catch (error) {
          if (!limit.signal.aborted) log.warn({ err: error }, 'could not look for an earlier rendition');
          return undefined;
        }
      },
    };
  }

  async #try(
    endpoint: GuardedEndpoint,
    context: { wanted: Try; record: TryRecord; signal: AbortSignal; hooks: ContenderHooks },
  ): Promise<Sound | undefined> {
    const { wanted, record, signal, hooks } = context;
    const { voice, speed } = this.#request;
    const text = { text: wanted.text, voice, speed };
    try {
      const raw = await endpoint.speak(text, {
        draw: wanted.draw,
        signal,
        // A place in the last resort's own queue may come later than that of all others.
        deadlineAt: this.#deadlineAt + (wanted.engine === this.#options.embedded.id ? lastResortMs : 0),
        onSent: hooks.sent,
        onFirstByte: hooks.heard,
      });
      const finished = await this.#finish(raw, { ...text, engineId: wanted.engine }, signal);
      if (!finished) {
        this.#settle(record, 'unjudged');
        return undefined;
      }
      if (finished.ok) {
        endpoint.reportQuality(true, []);
        this.#settle(record, 'good');
        return finished.sound;
      }
      record.reasons = finished.reasons;
      endpoint.reportQuality(false, finished.reasons);
      this.#settle(record, 'rejected');
    } catch (error) {
      this.#settleError(record, error, signal);
    }
    return undefined;
  }

  /** Undefined when the finisher did not answer. Throws only when the signal says stop. */
  async #finish(raw: RawSound, about: AboutSound, signal: AbortSignal): Promise<Finished | undefined> {
    const { finishPlainly, embedded, log } = this.#options;
    for (let isAgain = false; ; isAgain = true) {
      try {
        return await this.#finishOnce(raw, about, signal);
      } catch (error) {
        signal.throwIfAborted();
        log.warn({ err: error, engine: about.engineId }, 'a sound was not finished');
        // The sound is as good as it was; a thread that dies of it twice does not say so.
        if (!isAgain && isThreadDeath(error)) continue;
        return about.engineId === embedded.id ? finishPlainly(raw, about) : undefined;
      }
    }
  }

  async #finishOnce(raw: RawSound, about: AboutSound, signal: AbortSignal): Promise<Finished> {
    const { finisher, clock } = this.#options;
    const leftMs = this.#deadlineAt - clock.now();
    // What comes beyond the deadline is late enough.
    const limitMs = leftMs > 0 ? Math.min(finishMs, leftMs / 2) : lateFinishMs;
    using limit = openDeadline(clock, limitMs, signal);
    return await untilAborted(finisher.finish(raw, about, limit.signal), limit.signal);
  }

  #settleError(record: TryRecord, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      if (signal.reason instanceof LostRaceError) this.#settleGivenUp(record, signal.reason);
      else this.#settle(record, 'total-timeout');
      return;
    }
    if (error instanceof EngineError) {
      record.retryAfterMs = error.retryAfterMs;
      record.status = error.status;
    }
    const isKnown = error instanceof EngineError || error instanceof NotAskedError;
    record.reasons = [describeFailure(toFailure(error))];
    this.#settle(record, isKnown ? error.code : 'error');
  }

  #settleGivenUp(record: TryRecord, reason: unknown): void {
    const spent = reason instanceof LostRaceError ? reason.spent : undefined;
    if (spent && !record.outcome) record.reasons = [`${spent.kind} for ${Math.round(spent.afterMs)} ms`];
    this.#settle(record, spent?.kind ?? 'lost');
  }

  /** What is settled stays so: a late answer changes no report. */
  #settle(record: TryRecord, outcome: Outcome): void {
    if (record.outcome) return;
    record.outcome = outcome;
    record.endedAt = this.#options.clock.now();
    record.ms = Math.round(record.endedAt - record.begunAt);
  }
}

const viewEngine = ({ id, draws, endpoints }: GuardedEngine): EngineView => ({
  id,
  draws,
  endpoints: endpoints.map(({ name, ready, free }) => ({ name, ready, free })),
});
