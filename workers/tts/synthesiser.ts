import { describeFailure, toFailure } from '../../protocol/failure.ts';
import type { Logger } from '../logger.ts';
import type { TtsCounters } from './counters.ts';
import type { Engine, Sound, SpeechRequest } from './engine.ts';
import type { SoundCache } from './sound-cache.ts';
import { soundKey } from './sound-cache.ts';
import { TimeLimitError, openTimeLimit } from './time-limit.ts';
import { judgeWaveform } from './waveform-verdict.ts';

/** No attempt gave a sound that may be heard; the message is the last attempt's reason. */
export class SynthesisFailedError extends Error {
  override name = 'SynthesisFailedError';
  readonly code = 'synthesis-failed';
}

export interface SynthesiserOptions {
  engine: Engine;
  cache: SoundCache;
  attempts: number;
  /** Deadline of one attempt. */
  timeoutMs: number;
  counters: TtsCounters;
  log: Logger;
}

/** Gets a sound for a text: from the cache, else from the engine within a time limit, judged, and tried again. */
export class Synthesiser {
  readonly #options: SynthesiserOptions;

  constructor(options: SynthesiserOptions) {
    this.#options = options;
  }

  get engineName(): string {
    return this.#options.engine.name;
  }

  /** Throws SynthesisFailedError, or the signal's reason when it says stop. */
  async speak(request: SpeechRequest, signal: AbortSignal): Promise<{ sound: Sound; engine: string }> {
    const { cache, counters } = this.#options;
    const getting = cache.get(soundKey(this.engineName, request), () => this.#make(request, signal));
    counters.cacheHits = cache.hits;
    counters.cacheMisses = cache.misses;
    return { sound: await getting, engine: this.engineName };
  }

  async #make(request: SpeechRequest, signal: AbortSignal): Promise<Sound> {
    const { attempts, counters, log } = this.#options;
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const { sound, reason } = await this.#attempt(request, signal);
      if (sound) return sound;
      counters.failures += 1;
      log.warn({ reason, attempt, text: request.text }, 'no sound');
      if (attempt >= attempts) throw new SynthesisFailedError(reason);
    }
  }

  async #attempt(request: SpeechRequest, signal: AbortSignal): Promise<{ sound?: Sound; reason: string }> {
    const { engine, timeoutMs, counters } = this.#options;
    using limit = openTimeLimit(timeoutMs, signal);
    const begunAt = performance.now();
    try {
      const sound = await engine.synthesise(request, limit.signal);
      const reason = judgeWaveform(sound.figures, request);
      if (reason) return { reason };
      counters.synthMs += Math.round(performance.now() - begunAt);
      counters.audioMs += sound.figures.durationMs;
      return { sound, reason };
    } catch (error) {
      signal.throwIfAborted();
      if (!limit.signal.aborted) return { reason: describeFailure(toFailure(error)) };
      counters.timeouts += 1;
      const { reason } = limit.signal;
      return { reason: reason instanceof TimeLimitError ? reason.message : String(reason) };
    }
  }
}
