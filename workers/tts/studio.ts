import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Config } from '../../protocol/config.ts';
import type { TtsConfig, TtsEngineConfig } from '../../protocol/tts-config.ts';
import type { VoiceReport } from '../../protocol/voice-report.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import { RejectedRing } from './cache/rejected-ring.ts';
import { SpeechCache } from './cache/speech-cache.ts';
import { warmUpTexts } from './cache/warm-up-texts.ts';
import type { TtsCounters } from './counters.ts';
import type { Engine, RawSound, SpokenText } from './endpoint.ts';
import type { SpeechRequest } from './engine.ts';
import { KnowledgeFile } from './knowledge-file.ts';
import { openEmbedded } from './engines/embedded.ts';
import { openEngines, ownFolder } from './engines/open-engines.ts';
import { systemClock } from './policies/clock.ts';
import { startEngines } from './policies/engine-start.ts';
import type { GuardLimits } from './policies/guard-limits.ts';
import { localLimits } from './policies/guard-limits.ts';
import { GuardedEndpoint } from './policies/guarded-endpoint.ts';
import { Maintainer } from './policies/maintainer.ts';
import { finishPlainly } from './policies/plain-finish.ts';
import type { GuardedEngine } from './policies/rendition.ts';
import { Statistics } from './policies/statistics.ts';
import { readServerMemoryMb } from './server-memory.ts';
import { digestSettings } from './settings-digest.ts';
import { SoundFinisher } from './sound-finisher.ts';
import type { Spoken } from './synthesiser.ts';
import { Synthesiser } from './synthesiser.ts';
import { normaliserVersion, speechText } from './text/speech-text.ts';
import { VoicePool } from './voice-pool.ts';

export interface StudioOptions {
  config: Pick<Config, 'tts' | 'audio' | 'reply'>;
  home: string;
  counters: TtsCounters;
  /** For the operator. */
  notice: (level: 'info' | 'warn', text: string) => void;
  log: Logger;
}

/** More at once than this only fills memory with sentences that are not needed yet. */
const mostSlots = 16;
/** Who has just taken over has segments to speak, which somebody waits for. */
const aheadAfterMs = 1_000;

/**
 * Everything that turns a text into a sound that may be heard: the engines, each endpoint behind its guard, the embedded voice, the threads
 * that judge and finish, and what was made before. Throws ConfigurationError when it is opened with what cannot work.
 */
export class Studio implements AsyncDisposable {
  readonly statistics: Statistics;
  readonly #options: StudioOptions;
  readonly #pool: VoicePool;
  readonly #cache: SpeechCache;
  readonly #rejected: RejectedRing;
  readonly #finisher: SoundFinisher;
  readonly #knowledge: KnowledgeFile;
  readonly #engines: readonly GuardedEngine[];
  readonly #embedded: GuardedEngine;
  readonly #synthesiser: Synthesiser;
  readonly #ended = new AbortController();
  #background: Promise<unknown> = Promise.resolve();
  /** The engine whose voice is wanted can speak, or never will here. */
  #isReady: Promise<void> = Promise.resolve();

  constructor(options: StudioOptions) {
    const { config, home, counters, log } = options;
    const { tts, audio } = config;
    this.#options = options;
    this.#pool = new VoicePool({ threads: tts.threads, log, counters, waiting: () => counters.queue });
    this.#rejected = new RejectedRing({ folder: join(home, 'rejected'), keep: tts.keepRejected, log });
    this.#finisher = new SoundFinisher({
      pool: this.#pool,
      loudness: audio.loudness,
      rejected: this.#rejected,
      voiceOf: voicesOf(tts),
    });
    const file = join(home, 'run', 'voices.json');
    this.#knowledge = new KnowledgeFile({ file, knowledge: this.#finisher.knowledge, log });
    const open = openEngines(tts, { log });
    this.#engines = open.map((engine, at) => this.#guard(engine, limitsOf(tts.engines[at])));
    this.#embedded = this.#guard(
      openEmbedded({ pool: this.#pool, config: tts, loudness: audio.loudness, log }),
      localLimits,
      true,
    );
    const seeded = (open[0] ?? { draws: { seeds: false } }).draws.seeds;
    this.#cache = new SpeechCache({
      folder: join(home, 'speech-cache'),
      // What has no seeds says a text the same way each time.
      config: { ...tts.cache, ...(seeded ? {} : { variantAfter: 0 }) },
      log,
    });
    const all = [...this.#engines, this.#embedded];
    this.statistics = new Statistics(all.flatMap(({ endpoints }) => endpoints));
    this.#synthesiser = new Synthesiser({
      engines: this.#engines,
      embedded: this.#embedded,
      finisher: this.#finisher,
      finishPlainly,
      findEarlier: async ({ text }) => await this.#cache.findEarlier(text),
      redraws: tts.redraws,
      cache: this.#cache,
      settings: new Map(tts.engines.map((engine) => [engine.id, digestSettings(engine, ownFolder)])),
      normaliserVersion,
      timeoutMs: tts.segmentTimeoutMs,
      statistics: this.statistics,
      counters,
      clock: systemClock,
      log,
    });
  }

  get engineName(): string {
    return this.#synthesiser.engineName;
  }

  /** So many segments at the same time as the wanted voice can speak: one more would be spoken by another, or only wait. */
  get slots(): number {
    const [first = this.#embedded] = this.#engines;
    return Math.min(
      mostSlots,
      first.endpoints.reduce((sum, { slots }) => sum + slots, 0),
    );
  }

  /** Few figures for the heartbeat, by dotted names. */
  figures(): Record<string, number> {
    const { memoryHits, diskHits, memoryBytes, diskBytes, damaged, diskErrors, variants } =
      this.#cache.stats();
    const cache = { memoryHits, diskHits, damaged, diskErrors, variants };
    return {
      ...this.statistics.flatten(),
      ...Object.fromEntries(Object.entries(cache).map(([name, value]) => [`tts.cache.${name}`, value])),
      'tts.cache.memoryMb': Math.round(memoryBytes / 1e6),
      'tts.cache.diskMb': Math.round(diskBytes / 1e6),
    };
  }

  /** All that is known of the engines and of the cache, for the console. */
  report(): Pick<VoiceReport, 'earlier' | 'cache' | 'endpoints'> {
    const { earlier, endpoints } = this.statistics.snapshot();
    const { memoryHits, diskHits, misses, joined, variants, memoryBytes, diskBytes, damaged, diskErrors } =
      this.#cache.stats();
    const cache = { memoryHits, diskHits, misses, joined, variants, memoryBytes, diskBytes };
    return { earlier, cache: { ...cache, damaged, diskErrors }, endpoints };
  }

  /** The embedded voice can speak: the show does not wait for the others. Throws ConfigurationError for a voice that it does not have. */
  async warmUp(signal: AbortSignal): Promise<void> {
    for (const endpoint of this.#embedded.endpoints) await endpoint.warmUp(signal);
  }

  /** As `warmUp`, but nothing is said: for a start that has no time to lose. What it says first takes longer. */
  async load(signal: AbortSignal): Promise<void> {
    await this.#pool.load(this.#options.config.tts.voice, signal);
    for (const endpoint of this.#embedded.endpoints) endpoint.trust();
  }

  /**
   * From here on, beside the show: engines are warmed up and looked after. Only for who works, since a server that does one thing at a time
   * must not hear from two processes; a successor goes on with what its predecessor had.
   */
  startEngines({ isSuccessor }: { isSuccessor: boolean }): void {
    const { notice, log, config } = this.#options;
    const { signal } = this.#ended;
    const endpoints = this.#engines.flatMap((engine) => engine.endpoints);
    // What the one before has learned meanwhile.
    this.#knowledge.load();
    const start = async (endpoint: GuardedEndpoint) =>
      await startEngines(
        { endpoints: [endpoint], clock: systemClock, random: Math.random, notice, log },
        signal,
      );
    if (isSuccessor) for (const endpoint of endpoints) endpoint.trust();
    const starting = isSuccessor ? [] : endpoints.map(start);
    const first = starting.slice(0, this.#engines[0]?.endpoints.length);
    if (first.length > 0) this.#isReady = Promise.race(first);
    const maintainer = new Maintainer({
      engines: this.#engines.flatMap((engine) => {
        const settings = config.tts.engines.find(({ id }) => id === engine.id);
        if (settings?.type !== 'gpt-sovits') return [];
        const readMemoryMb = async (at: number) => await readServerMemoryMb(settings.endpoints[at] ?? '');
        return [{ ...engine, rules: settings.restart, readMemoryMb }];
      }),
      servers: endpoints,
      isLastResortReady: () => true,
      clock: systemClock,
      log,
    });
    this.#background = Promise.all([...starting, maintainer.run(signal)]);
  }

  /** For who works: texts that will be asked for are made while nobody waits, as soon as the engine whose voice is wanted is there. */
  makeAhead(): void {
    const { signal } = this.#ended;
    const making = this.#isReady.then(async () => {
      if (await delay(aheadAfterMs, signal))
        await this.#synthesiser.makeAhead(await this.#requestsAhead(), signal);
    });
    this.#background = Promise.all([this.#background, making]);
  }

  async #requestsAhead(): Promise<SpeechRequest[]> {
    const { tts, audio, reply } = this.#options.config;
    const requests: SpeechRequest[] = [];
    for (const line of warmUpTexts(reply, tts.cache.warmUp)) {
      const text = speechText(line);
      if (text !== '') requests.push({ text, voice: tts.voice, speed: tts.speed, loudness: audio.loudness });
      // Somebody may be waiting to be spoken.
      await turn();
    }
    return requests;
  }

  async speak(request: SpeechRequest, signal: AbortSignal): Promise<Spoken> {
    return await this.#synthesiser.speak(request, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error('the voice ends'));
    await this.#background;
    const endpoints = [...this.#engines, this.#embedded].flatMap((engine) => engine.endpoints);
    await Promise.all(endpoints.map(async (endpoint) => await endpoint[Symbol.asyncDispose]()));
    await Promise.all(
      [this.#cache, this.#rejected, this.#knowledge].map(async (one) => await one[Symbol.asyncDispose]()),
    );
    await this.#pool[Symbol.asyncDispose]();
  }

  #guard(engine: Engine, limits: GuardLimits, isLastResort = false): GuardedEngine {
    const { config, log } = this.#options;
    const judge = async (raw: RawSound, { text, voice, speed }: SpokenText, signal: AbortSignal) => {
      const about = { text, voice, speed, engineId: engine.id };
      return (await this.#finisher.finish(raw, about, signal)).ok;
    };
    const endpoints = engine.endpoints.map(
      (endpoint) =>
        new GuardedEndpoint({
          endpoint,
          engineId: engine.id,
          limits,
          hedge: config.tts.hedge,
          judge,
          clock: systemClock,
          random: Math.random,
          log,
          lessons: () => this.#finisher.lacks(engine.id),
          isLastResort,
        }),
    );
    return { id: engine.id, draws: engine.draws, endpoints };
  }
}

/** As the engines choose: the voice of that name, else the first. */
function voicesOf({ engines, voice: own }: TtsConfig): (engineId: string, voice: string) => string {
  const names = new Map(
    engines.map((engine) => [engine.id, 'voices' in engine ? engine.voices.map(({ name }) => name) : ['']]),
  );
  return (engineId, voice) => {
    const known = names.get(engineId) ?? [voice === '' ? own : voice];
    return known.includes(voice) ? voice : (known[0] ?? '');
  };
}

const limitsOf = (config: TtsEngineConfig | undefined): GuardLimits =>
  config && 'retry' in config ? config : localLimits;
