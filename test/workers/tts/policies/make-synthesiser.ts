import { pino } from 'pino';
import type { Logger } from '../../../../workers/logger.ts';
import { SpeechCache } from '../../../../workers/tts/cache/speech-cache.ts';
import { openCounters } from '../../../../workers/tts/counters.ts';
import type { RawSound } from '../../../../workers/tts/endpoint.ts';
import type { Sound } from '../../../../workers/tts/engine.ts';
import type { Clock } from '../../../../workers/tts/policies/clock.ts';
import type { GuardLimits } from '../../../../workers/tts/policies/guard-limits.ts';
import { localLimits } from '../../../../workers/tts/policies/guard-limits.ts';
import { GuardedEndpoint } from '../../../../workers/tts/policies/guarded-endpoint.ts';
import type {
  Finished,
  Finisher,
  GuardedEngine,
  RenditionOptions,
} from '../../../../workers/tts/policies/rendition.ts';
import { Statistics } from '../../../../workers/tts/policies/statistics.ts';
import { Synthesiser } from '../../../../workers/tts/synthesiser.ts';
import type { SynthesiserOptions } from '../../../../workers/tts/synthesiser.ts';
import type { FakeEndpoint } from './fake-endpoint.ts';

const silent = pino({ level: 'silent' });

export const webLimits: GuardLimits = {
  retry: { attempts: 3, firstMs: 100, factor: 2, capMs: 1_000 },
  breaker: { failures: 3, openMs: 1_000, maxOpenMs: 8_000 },
  rate: { capacity: 20, perSecond: 20 },
};

/** Keeps nothing. */
const noCache: SynthesiserOptions['cache'] = {
  get: async (_, make, signal) => ({ ...(await make(0, signal)), from: 'made' }),
  warm: async () => ({ made: 0, present: 0, failed: 0 }),
};

/** A real cache, in memory only. */
export function openMemoryCache(variantAfter = 0): SpeechCache {
  const config = { maxMb: 1, ttlMs: 3_600_000, maxDiskMb: 0, variantAfter, maxVariants: 3 };
  return new SpeechCache({ folder: '', config, log: silent });
}

/** Refuses what is marked as bad. */
export function judgeFake({ samples, sampleRateHz }: RawSound): Finished {
  if (samples[0] !== 0) return { ok: false, reasons: ['bad sound'] };
  const pcm = new Uint8Array(
    samples.buffer.slice(samples.byteOffset, samples.byteOffset + samples.byteLength),
  );
  const sound: Sound = { pcm, sampleRateHz, figures: { durationMs: samples.length * 100, peak: 0.5 } };
  return { ok: true, sound };
}

export interface SynthesiserParts {
  clock: Clock;
  /** Endpoints of each engine, in order of preference. */
  engines?: Record<string, FakeEndpoint[]>;
  embedded: FakeEndpoint;
  finisher?: Finisher;
  /** None unless given: everything is made. */
  cache?: SynthesiserOptions['cache'];
  settings?: SynthesiserOptions['settings'];
  findEarlier?: RenditionOptions['findEarlier'];
  timeoutMs?: number;
  redraws?: number;
  random?: () => number;
  limits?: GuardLimits;
  /** Silent unless given. */
  log?: Logger;
}

/** A synthesiser over fake endpoints; web engines have all draws, the embedded one has none. */
export function makeSynthesiser(parts: SynthesiserParts) {
  const { clock, random = () => 0.5, limits = webLimits, embedded, engines = {}, log = silent } = parts;
  const guard = (endpoint: FakeEndpoint, engineId: string, isLastResort = false) =>
    new GuardedEndpoint({
      endpoint,
      engineId,
      limits: isLastResort ? localLimits : limits,
      hedge: { leastMs: 600, factor: 1.5 },
      judge: async (raw) => judgeFake(raw).ok,
      clock,
      random,
      log,
      isLastResort,
    });
  const draws = { seeds: true, safer: true, whole: true };
  const guarded: GuardedEngine[] = Object.entries(engines).map(([id, endpoints]) => ({
    id,
    draws,
    endpoints: endpoints.map((endpoint) => guard(endpoint, id)),
  }));
  const last: GuardedEngine = {
    id: 'embedded',
    draws: { seeds: false, safer: false, whole: false },
    endpoints: [guard(embedded, 'embedded', true)],
  };
  const endpoints = [...guarded, last].flatMap((engine) => engine.endpoints);
  const counters = openCounters({});
  const statistics = new Statistics(endpoints);
  const synthesiser = new Synthesiser({
    engines: guarded,
    embedded: last,
    finisher: parts.finisher ?? { finish: async (raw) => judgeFake(raw) },
    finishPlainly: judgeFake,
    findEarlier: parts.findEarlier ?? (async () => undefined),
    cache: parts.cache ?? noCache,
    settings: parts.settings ?? new Map(),
    normaliserVersion: 1,
    timeoutMs: parts.timeoutMs ?? 20_000,
    redraws: parts.redraws ?? 2,
    statistics,
    counters,
    clock,
    log,
  });
  const signal = new AbortController().signal;
  return {
    synthesiser,
    statistics,
    counters,
    endpoints,
    warmUp: async () => await Promise.all(endpoints.map(async (endpoint) => await endpoint.warmUp(signal))),
    async [Symbol.asyncDispose]() {
      for (const endpoint of endpoints) await endpoint[Symbol.asyncDispose]();
    },
  };
}

export const request = (text: string) => ({
  text,
  voice: '',
  speed: 1,
  loudness: { targetLufs: -16, peakDbtp: -1 },
});
