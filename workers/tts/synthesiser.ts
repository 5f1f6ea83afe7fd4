import type { TtsCounters } from './counters.ts';
import type { Found, Made, SpeechCache } from './cache/speech-cache.ts';
import type { SpeechKey } from './cache/speech-key.ts';
import type { Sound, SpeechRequest } from './engine.ts';
import type { Unasked } from './policies/describe-tries.ts';
import { describeTries } from './policies/describe-tries.ts';
import type { RenditionOptions, TryRecord } from './policies/rendition.ts';
import { Rendition } from './policies/rendition.ts';
import type { Statistics } from './policies/statistics.ts';

/** No engine gave a sound that may be heard; the message names what each of them failed with. */
export class SynthesisFailedError extends Error {
  override name = 'SynthesisFailedError';
  readonly code = 'synthesis-failed';
}

export interface SynthesiserOptions extends RenditionOptions {
  cache: Pick<SpeechCache, 'get' | 'warm'>;
  /** What is kept depends on these too: a digest of the settings of each engine, by id. */
  settings: ReadonlyMap<string, string>;
  normaliserVersion: number;
  /** Deadline of one request, with all that is tried for it. */
  timeoutMs: number;
  statistics: Statistics;
  counters: Pick<TtsCounters, 'cacheHits' | 'cacheMisses' | 'failures' | 'timeouts' | 'synthMs' | 'audioMs'>;
}

export interface Spoken {
  sound: Sound;
  /**
   * Id of the engine that spoke, for this request or for another that wanted the same at the same time; `cache`, or `earlier` for what
   * another voice once said, when nobody had to.
   */
  engine: string;
  /** Why it is another engine than the one whose voice is wanted: one line for the ledger; empty when it is not. */
  note: string;
  /** All that was tried, in order; none for what was in the cache. */
  tries: readonly TryRecord[];
}

/**
 * Gets a sound for a text within the deadline: from the cache, else from the engines in order, else one rendered earlier, else from
 * the embedded voice. Only what the first engine says is kept as such.
 */
export class Synthesiser {
  readonly #options: SynthesiserOptions;
  /** Who spoke what was made here: for all who waited for it. */
  readonly #accounts = new WeakMap<Sound, Omit<Spoken, 'sound'>>();

  constructor(options: SynthesiserOptions) {
    this.#options = options;
  }

  /** The engine whose voice is wanted. */
  get engineName(): string {
    const { engines, embedded } = this.#options;
    return (engines[0] ?? embedded).id;
  }

  /** Throws SynthesisFailedError, or the signal's reason when it says stop. */
  async speak(request: SpeechRequest, signal: AbortSignal): Promise<Spoken> {
    const { cache, counters, statistics, clock, log } = this.#options;
    const begunAt = clock.now();
    let own: Promise<Made> | undefined;
    const make = async (roll: number, stop: AbortSignal) => await (own = this.#make(request, roll, stop));
    let found: Found;
    try {
      found = await cache.get(this.#keyOf(request), make, signal);
    } catch (error) {
      signal.throwIfAborted();
      // What another made failed, or the cache did: this one tries for itself, if there is time.
      if (!own && clock.now() - begunAt >= this.#options.timeoutMs) throw error;
      if (!own) log.warn({ err: error }, 'no sound from the cache');
      const { sound } = await (own ?? this.#make(request, 0, signal, begunAt));
      found = { sound, from: 'made' };
    }
    const { sound, from } = found;
    if (from === 'made') counters.cacheMisses += 1;
    else {
      counters.cacheHits += 1;
      statistics.cacheHits += 1;
    }
    const account = from === 'made' || from === 'joined' ? this.#accounts.get(sound) : undefined;
    return { sound, engine: 'cache', note: '', tries: [], ...account };
  }

  /** Makes ahead, in the background, what is missing of these; never throws. */
  async makeAhead(requests: readonly SpeechRequest[], signal: AbortSignal): Promise<void> {
    const wanted = requests.map((request) => ({
      key: this.#keyOf(request),
      make: async (roll: number, stop: AbortSignal) => await this.#make(request, roll, stop),
    }));
    await this.#options.cache.warm(wanted, signal);
  }

  async #make(
    request: SpeechRequest,
    roll: number,
    signal: AbortSignal,
    wantedAt = this.#options.clock.now(),
  ): Promise<Made> {
    const { clock, timeoutMs, counters, statistics, log } = this.#options;
    signal.throwIfAborted();
    const begunAt = clock.now();
    const rendition = new Rendition(this.#options, { request, roll, deadlineAt: wantedAt + timeoutMs });
    const rendered = await rendition.run(signal);
    const { tries } = rendition;
    const failed = tries.filter(({ outcome }) => outcome !== 'good' && outcome !== 'lost');
    counters.failures += failed.length;
    counters.timeouts += failed.filter(({ outcome }) => outcome?.endsWith('timeout')).length;
    const reason = describeTries(tries, this.#unasked(tries));
    if (failed.length > 0)
      log.warn(
        { reason, said: quote(failed), text: request.text.slice(0, 100), isSpoken: rendered !== undefined },
        'tries failed',
      );
    if (!rendered) throw new SynthesisFailedError(reason);
    const { sound, engine } = rendered;
    if (engine === 'earlier') statistics.earlier += 1;
    const costMs = Math.round(clock.now() - begunAt);
    counters.synthMs += costMs;
    counters.audioMs += sound.figures.durationMs;
    const note = engine === this.engineName ? '' : `voice ${engine}, after ${reason}`;
    this.#accounts.set(sound, { engine, note, tries });
    return { sound, costMs, isKept: engine === this.engineName };
  }

  #unasked(tries: readonly TryRecord[]): Unasked[] {
    return this.#options.engines
      .filter(({ id }) => !tries.some(({ engine }) => engine === id))
      .map(({ id, endpoints }) => ({ engine: id, states: endpoints.map(({ state }) => state.state) }));
  }

  #keyOf({ text, voice, speed, loudness }: SpeechRequest): SpeechKey {
    const { settings, normaliserVersion } = this.#options;
    const engine = this.engineName;
    return {
      engine,
      voice,
      speed,
      loudness,
      settings: settings.get(engine) ?? '',
      text,
      normaliserVersion,
    };
  }
}

const mostQuoted = 5;
const longestQuote = 300;

/** What each of them failed with, in the words of the endpoint: the ledger has room for the kind of failure only. */
function quote(failed: readonly TryRecord[]): string[] {
  return failed
    .filter(({ reasons }) => reasons.length > 0)
    .slice(-mostQuoted)
    .map(({ endpoint, reasons }) => `${endpoint}: ${reasons.join(' and ')}`.slice(0, longestQuote));
}
