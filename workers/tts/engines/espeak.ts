import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { TtsConfig } from '../../../protocol/config.ts';
import type { Logger } from '../../logger.ts';
import type { Engine, Sound, SpeechRequest } from '../engine.ts';
import type { Loudness } from '../loudness/leveller.ts';
import type { PoolState } from '../pool-size.ts';
import { judgePoolSize, newPoolState } from '../pool-size.ts';
import type { EspeakResult, EspeakTask } from './espeak-task.ts';
import { ThreadPool } from './thread-pool.ts';

/** Figures of the threads: how many there are, and how often one was added or taken away. */
export interface PoolCounters {
  threads: number;
  poolGrown: number;
  poolShrunk: number;
}

export interface EspeakOptions {
  config: Pick<TtsConfig, 'voice' | 'speed' | 'threads'>;
  /** What the threads are warmed up with; each request names its own. */
  loudness: Loudness;
  log: Logger;
  /** Kept up to date, when given. */
  counters?: PoolCounters;
  /** What waits in front of the engine. Without it only what waits inside counts, which `slots` keeps small. */
  waiting?: () => number;
}

const lookEveryMs = 250;
/** The least that those in front can have waiting for each slot when there is too much to do. */
const frontPerSlot = 2;
const waitingPerThread = 32;

/** As long as an ordinary sentence, so that the first one finds everything compiled. */
const warmUpText = '大家好，欢迎来到直播间，今天的宝贝都在下方。';
const packageName = '@echogarden/espeak-ng-emscripten';

/** The embedded voice: espeak-ng as WASM, in threads. Needs no network, no model and no graphics card, and sounds like it. */
export function openEspeak(options: EspeakOptions): Engine {
  assertInstalled();
  return new Espeak(options);
}

class Espeak implements Engine {
  readonly name = 'espeak';
  readonly slots: number;
  readonly #config: EspeakOptions['config'];
  readonly #loudness: Loudness;
  readonly #log: Logger;
  readonly #counters: PoolCounters;
  readonly #waiting: (() => number) | undefined;
  readonly #pool: ThreadPool<EspeakTask, EspeakResult>;
  readonly #looking: NodeJS.Timeout;
  readonly #unknownVoices = new Set<string>();
  #poolState: PoolState;
  #threads: number;

  constructor(options: EspeakOptions) {
    const {
      config,
      loudness,
      log,
      counters = { threads: 0, poolGrown: 0, poolShrunk: 0 },
      waiting,
    } = options;
    const { min, max } = config.threads;
    this.#config = config;
    this.#loudness = loudness;
    this.#log = log;
    this.#counters = Object.assign(counters, { threads: min, poolGrown: 0, poolShrunk: 0 });
    this.#waiting = waiting;
    this.slots = max;
    this.#threads = min;
    this.#pool = new ThreadPool({
      file: new URL('espeak-task.ts', import.meta.url),
      threads: min,
      maxWaiting: max * waitingPerThread,
      log,
    });
    this.#poolState = newPoolState(performance.now());
    this.#looking = setInterval(() => this.#look(performance.now()), lookEveryMs).unref();
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    const { voice, speed, threads } = this.#config;
    // The pool gives each task to a free thread, and none is free twice before it has answered.
    const request = { text: warmUpText, voice, speed, loudness: this.#loudness };
    const warmings = Array.from({ length: threads.min }, async () => {
      const { voiceKnown } = await this.#run(request, signal);
      if (!voiceKnown)
        throw new ConfigurationError([
          { path: 'tts.voice', message: `must be a voice of espeak, got "${voice}"` },
        ]);
    });
    await Promise.all(warmings);
  }

  async synthesise(request: SpeechRequest, signal: AbortSignal): Promise<Sound> {
    const { pcm, sampleRateHz, figures, voiceKnown } = await this.#run(request, signal);
    if (!voiceKnown) this.#sayUnknown(request.voice);
    return { pcm, sampleRateHz, figures };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    await this.#pool[Symbol.asyncDispose]();
  }

  async #run(request: SpeechRequest, signal: AbortSignal): Promise<EspeakResult> {
    return await this.#pool.run({ ...request, fallbackVoice: this.#config.voice }, signal);
  }

  /** Sees how much waits, and has as many threads as that takes. */
  #look(now: number): void {
    const { min, max } = this.#config.threads;
    const { busy, waiting } = this.#pool;
    const threads = this.#threads;
    const queued = waiting + (this.#waiting?.() ?? 0);
    const queueBound = this.slots - threads + (this.#waiting ? this.slots * frontPerSlot : 0);
    const look = { now, threads, queued, busy };
    const decision = judgePoolSize(this.#poolState, look, { min, max, queueBound });
    this.#poolState = decision.state;
    if (decision.threads === threads) return;
    this.#threads = decision.threads;
    this.#pool.resize(decision.threads);
    this.#counters[decision.threads > threads ? 'poolGrown' : 'poolShrunk'] += 1;
    this.#counters.threads = decision.threads;
    this.#log.info({ threads: decision.threads, reason: decision.reason }, 'threads of the voice changed');
  }

  /** Segments may name voices of another engine: once per name is enough, and the names are not ours to count on. */
  #sayUnknown(voice: string): void {
    if (this.#unknownVoices.has(voice) || this.#unknownVoices.size >= 100) return;
    this.#unknownVoices.add(voice);
    this.#log.warn({ voice, instead: this.#config.voice }, 'no such voice');
  }
}

function assertInstalled(): void {
  try {
    import.meta.resolve(packageName);
  } catch (cause) {
    throw new Error(
      `Cannot start "tts": the embedded voice is an optional package and is not installed; run: npm install ${packageName}`,
      { cause },
    );
  }
}
