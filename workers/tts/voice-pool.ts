import type { TtsConfig } from '../../protocol/config.ts';
import type { Logger } from '../logger.ts';
import { ThreadPool } from './engines/thread-pool.ts';
import type { PoolState } from './pool-size.ts';
import { judgePoolSize, newPoolState } from './pool-size.ts';
import type {
  EspeakResult,
  EspeakTask,
  FinishResult,
  FinishTask,
  VoiceResult,
  VoiceTask,
} from './voice-task.ts';

/** Figures of the threads: how many there are, and how often one was added or taken away. */
export interface PoolCounters {
  threads: number;
  poolGrown: number;
  poolShrunk: number;
}

export interface VoicePoolOptions {
  threads: TtsConfig['threads'];
  log: Logger;
  /** Kept up to date, when given. */
  counters?: PoolCounters;
  /** What waits in front of the pool. Without it only what waits inside counts. */
  waiting?: () => number;
}

const lookEveryMs = 250;
/** The least that those in front can have waiting for each slot when there is too much to do. */
const frontPerSlot = 2;
const waitingPerThread = 32;
/** What was asked for in vain, because another was faster, is done by then; what hangs is ended. */
const graceMs = 10_000;

/** The threads in which the embedded voice speaks, and in which the sound of every engine is judged and finished. */
export class VoicePool implements AsyncDisposable {
  /** The most threads that there may be. */
  readonly slots: number;
  readonly #options: VoicePoolOptions;
  readonly #counters: PoolCounters;
  readonly #pool: ThreadPool<VoiceTask, VoiceResult>;
  readonly #looking: NodeJS.Timeout;
  #poolState: PoolState;
  #threads: number;

  constructor(options: VoicePoolOptions) {
    const { threads, log, counters = { threads: 0, poolGrown: 0, poolShrunk: 0 } } = options;
    this.#options = options;
    this.#counters = Object.assign(counters, { threads: threads.min, poolGrown: 0, poolShrunk: 0 });
    this.slots = threads.max;
    this.#threads = threads.min;
    this.#pool = new ThreadPool({
      file: new URL('voice-task.ts', import.meta.url),
      threads: threads.min,
      maxWaiting: threads.max * waitingPerThread,
      graceMs,
      log,
    });
    this.#poolState = newPoolState(performance.now());
    this.#looking = setInterval(() => this.#look(performance.now()), lookEveryMs).unref();
  }

  /** Threads that there are from the start. */
  get atFirst(): number {
    return this.#options.threads.min;
  }

  /** The embedded voice is loaded in a thread, and says nothing yet. False when it does not know the voice. */
  async load(voice: string, signal: AbortSignal): Promise<boolean> {
    const { voiceKnown } = await this.speak({ text: '', voice, fallbackVoice: voice, speed: 1 }, signal);
    return voiceKnown;
  }

  /** What the embedded voice says. When the signal says stop, the thread is ended in the middle of it. */
  async speak(task: Omit<EspeakTask, 'kind'>, signal: AbortSignal): Promise<EspeakResult> {
    // It is asked when nobody else can speak, or can be waited for.
    const result = await this.#pool.run({ kind: 'espeak', ...task }, signal, { isUrgent: true });
    if (result.kind !== 'espeak') throw new Error(`A thread answered ${result.kind} to espeak`);
    return result;
  }

  /** The verdict on a sound and, when it may be heard, the sound as it is to be heard. */
  async finish(task: Omit<FinishTask, 'kind'>, signal: AbortSignal): Promise<FinishResult> {
    const result = await this.#pool.run({ kind: 'finish', ...task }, signal, { isUrgent: task.isTrusted });
    if (result.kind !== 'finish') throw new Error(`A thread answered ${result.kind} to finish`);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    await this.#pool[Symbol.asyncDispose]();
  }

  /** Sees how much waits, and has as many threads as that takes. */
  #look(now: number): void {
    const { threads: limits, log } = this.#options;
    const { busy, waiting } = this.#pool;
    const threads = this.#threads;
    const queued = waiting + (this.#options.waiting?.() ?? 0);
    const queueBound = this.slots - threads + (this.#options.waiting ? this.slots * frontPerSlot : 0);
    const look = { now, threads, queued, busy };
    const decision = judgePoolSize(this.#poolState, look, { ...limits, queueBound });
    this.#poolState = decision.state;
    if (decision.threads === threads) return;
    this.#threads = decision.threads;
    this.#pool.resize(decision.threads);
    this.#counters[decision.threads > threads ? 'poolGrown' : 'poolShrunk'] += 1;
    this.#counters.threads = decision.threads;
    log.info({ threads: decision.threads, reason: decision.reason }, 'threads of the voice changed');
  }
}
