import type { TtsCounters } from './counters.ts';
import type { Sound, SpeechRequest } from './engine.ts';
import type { Made, SpeechCache } from './policies/cache-front.ts';
import { CacheFront } from './policies/cache-front.ts';
import { describeTries } from './policies/describe-tries.ts';
import { Rendition } from './policies/rendition.ts';
import type { RenditionOptions, TryRecord } from './policies/rendition.ts';
import type { Statistics } from './policies/statistics.ts';
import { soundKey } from './sound-cache.ts';
import { SynthesisFailedError } from './synthesiser.ts';

export interface SpeechSynthesiserOptions extends RenditionOptions {
  cache: SpeechCache;
  /** Deadline of one request, with all that is tried for it. */
  timeoutMs: number;
  statistics: Statistics;
  counters: Pick<TtsCounters, 'cacheHits' | 'cacheMisses' | 'failures' | 'timeouts' | 'synthMs' | 'audioMs'>;
}

export interface Spoken {
  sound: Sound;
  /** Id of the engine; `cache`, or `earlier` for what another voice once said, when nobody had to speak. */
  engine: string;
  /** All that was tried, in order; none when nobody had to speak. */
  tries: readonly TryRecord[];
}

type Rendered = Spoken & Made;

/** As much as is left to the embedded voice; see `Rendition`. */
const reservedMs = 2_000;

/**
 * Gets a sound for a text within the deadline: from the cache, else from the engines in order, else one rendered earlier, else from
 * the embedded voice.
 */
export class SpeechSynthesiser {
  readonly #options: SpeechSynthesiserOptions;
  readonly #cache: CacheFront<Rendered>;

  constructor(options: SpeechSynthesiserOptions) {
    this.#options = options;
    this.#cache = new CacheFront({ cache: options.cache, clock: options.clock });
  }

  /** The engine whose voice is wanted. */
  get engineName(): string {
    const { engines, embedded } = this.#options;
    return (engines[0] ?? embedded).id;
  }

  /**
   * `roll` other than 0 is another rendition of the same text, wanted as such. Throws SynthesisFailedError, whose message names what
   * each engine failed with, or the signal's reason when it says stop.
   */
  async speak(request: SpeechRequest & { roll?: number }, signal: AbortSignal): Promise<Spoken> {
    const { clock, timeoutMs, counters, statistics } = this.#options;
    signal.throwIfAborted();
    const { roll = 0 } = request;
    const deadlineAt = clock.now() + timeoutMs;
    const key = soundKey(this.engineName, request) + (roll === 0 ? '' : ` ${roll}`);
    const result = await this.#cache.get(key, {
      make: async () => await this.#make(request, { roll, deadlineAt, signal }),
      sharedMs: timeoutMs - Math.min(reservedMs, timeoutMs / 2),
      signal,
    });
    if ('made' in result) {
      const { sound, engine, tries } = result.made;
      return { sound, engine, tries };
    }
    counters.cacheHits += 1;
    statistics.cacheHits += 1;
    return { sound: result.kept, engine: 'cache', tries: [] };
  }

  async #make(
    request: SpeechRequest,
    { roll, deadlineAt, signal }: { roll: number; deadlineAt: number; signal: AbortSignal },
  ): Promise<Rendered> {
    const { clock, counters, statistics, log } = this.#options;
    const begunAt = clock.now();
    const rendition = new Rendition(this.#options, { request, roll, deadlineAt });
    counters.cacheMisses += 1;
    const rendered = await rendition.run(signal);
    const { tries } = rendition;
    const failed = tries.filter(({ outcome }) => outcome !== 'good' && outcome !== 'lost');
    counters.failures += failed.length;
    counters.timeouts += failed.filter(({ outcome }) => outcome?.endsWith('timeout')).length;
    const reason = describeTries(tries);
    if (failed.length > 0)
      log.warn({ reason, text: request.text, isSpoken: rendered !== undefined }, 'tries failed');
    if (!rendered) throw new SynthesisFailedError(reason);
    const { sound, engine } = rendered;
    if (engine === 'earlier') statistics.earlier += 1;
    counters.synthMs += Math.round(clock.now() - begunAt);
    counters.audioMs += sound.figures.durationMs;
    return { sound, engine, tries, isKept: engine === this.engineName };
  }
}
