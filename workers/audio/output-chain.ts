import type { AudioConfig, OutputKind } from '../../protocol/config.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import type { Choice } from './outputs/find-first.ts';
import { findFirst, whatNext } from './outputs/find-first.ts';
import type { Found, OutputPlace } from './outputs/find-output.ts';
import { findOutput, outputNamed } from './outputs/find-output.ts';
import { LookAgain } from './outputs/look-again.ts';
import { SideOutputs } from './outputs/side-outputs.ts';
import type { SinkSpec } from './outputs/sink-process.ts';
import { SinkProcess } from './outputs/sink-process.ts';
import { WarmSink } from './outputs/warm-sink.ts';

export interface OutputChainOptions {
  room: string;
  audio: Pick<AudioConfig, 'outputs' | 'also' | 'record'>;
  place: OutputPlace;
  notice: (level: 'info' | 'warn', text: string) => void;
  log: Pick<Logger, 'info' | 'warn'>;
  counters: Record<string, number>;
  /** Whether an output works here; tests give another. */
  find?: (kind: OutputKind, place: OutputPlace, signal: AbortSignal) => Promise<Found>;
  /** An output by the name that another process told; tests give another. */
  named?: typeof outputNamed;
}

/** The name of the output while none works. */
export const noOutput = 'none';
/** So many deaths within a minute, and an output is given up for the next one. */
const maxDeaths = 3;
const deathWindowMs = 60_000;
const retryMs = { first: 250, growth: 1.25, most: 30_000 }; // adds a quarter to a silence
const endMs = 1_000;
/** So long the sink of the one before may hold a device: it plays out what it has. */
const inheritMs = 3_000;
const inheritRetryMs = 50;
const readyMs = 3_000;

/**
 * The sinks of a room: the first output of the configured order that works, and others beside it. A sink that ends or
 * takes no sound is started again, and given up for the next kind when that keeps happening; a better one is looked for from time
 * to time. While there is none to write to, `accepting` is false, so that nothing is said to nobody; what is beside does not
 * count. Who wants sound to be discarded without a device configures `null` as the last output.
 *
 * Before its `start` it is a spare's: its sinks are loaded and wait, and it goes by what the one that plays has chosen.
 */
export class OutputChain implements AsyncDisposable {
  readonly #options: OutputChainOptions;
  readonly #stop = new AbortController();
  readonly #beside: SideOutputs;
  readonly #warm: WarmSink;
  /** The output is one that the one before was playing on: until then it may be held by its sink. */
  #inheritedUntil: number | undefined;
  /** Nothing: no output works. */
  #choice: Choice | undefined;
  #main: SinkProcess | undefined;
  #lostSamples = 0;
  readonly #lookAgain = new LookAgain();
  #running: Promise<void> | undefined;

  private constructor(options: OutputChainOptions) {
    this.#options = options;
    const { audio, place, log, find = findOutput } = options;
    const sinks = {
      spawn: (spec: SinkSpec) => this.#spawn(spec),
      onLost: ({ name }: SinkSpec, reason: string) => log.warn({ name, reason }, 'a waiting sink ended'),
    };
    this.#warm = new WarmSink(sinks);
    this.#beside = new SideOutputs({
      ...sinks,
      kinds: audio.record ? [...audio.also, 'file'] : audio.also,
      specOf: (kind) => outputNamed(kind, place)?.spec,
      find: async (kind, signal) => await find(kind, place, signal),
      warn: (text) => this.#warn(text),
    });
  }

  /**
   * Finds the output and makes ready to play on it, without touching it yet. `inherited` names what another process of this room plays
   * on now: that is taken as it is, since trying it out could disturb it, or find it busy.
   */
  static async choose(
    options: OutputChainOptions,
    signal: AbortSignal,
    inherited?: string,
  ): Promise<OutputChain> {
    const chain = new OutputChain(options);
    if (inherited === undefined || !chain.#inherit(inherited)) chain.#choice = await chain.#find(signal);
    chain.#prepare();
    const waiting = new AbortController();
    const ready = Promise.all([chain.#warm.ready(), chain.#beside.ready()]);
    await Promise.race([ready, delay(readyMs, AbortSignal.any([signal, waiting.signal]))]);
    waiting.abort();
    return chain;
  }

  /** The one that plays has this output now; nothing changes once this one plays itself. */
  follow(name: string): void {
    if (this.#running || this.#stop.signal.aborted || !this.#inherit(name)) return;
    this.#prepare();
  }

  /** Begins to play, and says on what. */
  start(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    if (this.#inheritedUntil !== undefined) this.#inheritedUntil = performance.now() + inheritMs;
    this.#say();
    this.#running = this.#run();
  }

  /** Everything that was written has left this process, and will be heard even if it is killed. */
  get isDelivered(): boolean {
    return this.#main?.isDelivered ?? false;
  }

  /** False while what is said would be lost: no output works, no sink plays, or it is not yet ready for more. */
  get accepting(): boolean {
    return this.#main?.hasRoom ?? false;
  }

  /** No output works; they are tried again from time to time. */
  get broken(): boolean {
    return this.#choice === undefined;
  }

  /** For people and the playhead. */
  get name(): string {
    return this.#choice?.spec.name ?? noOutput;
  }

  /** It is not the first of the configured order, or there is none. */
  get failedOver(): boolean {
    return this.#choice?.index !== 0;
  }

  write(frame: Buffer, now: number): void {
    this.#main?.write(frame, now);
    this.#beside.write(frame, now);
  }

  /** The clock has lost so many samples. */
  skip(samples: number): void {
    this.#main?.skip(samples);
    this.#beside.skip(samples);
  }

  /** Samples that went down with a sink since the last call. */
  takeLost(): number {
    const lost = this.#lostSamples;
    this.#lostSamples = 0;
    return lost;
  }

  /** Lets the sinks play out what they have, a second at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const others = [this.#warm, this.#beside].map(async (each) => await each[Symbol.asyncDispose]());
    await Promise.all([this.#main?.end(endMs), ...others]);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let deaths: number[] = [];
    let [retry, gaveUpAt] = [retryMs.first, -Infinity];
    while (!signal.aborted) {
      if (!this.#choice) {
        await this.#beside.start(undefined);
        await delay(retry, signal);
        retry = Math.min(retryMs.growth * retry, retryMs.most);
        this.#choice = await this.#find(signal, { quiet: true });
        if (this.#choice) this.#say();
        continue;
      }
      const end = await this.#playOn(this.#choice);
      if (signal.aborted) return;
      if (typeof end !== 'string') {
        this.#choice = end;
        deaths = [];
        this.#say();
        continue;
      }
      const now = performance.now();
      if (now < (this.#inheritedUntil ?? 0)) {
        this.#options.log.info({ output: this.name, end }, 'the output is still held, trying again');
        await delay(inheritRetryMs, signal);
        continue;
      }
      deaths = [...deaths.filter((at) => now - at < deathWindowMs), now];
      if (deaths.length < maxDeaths) {
        this.#warn(`"${this.name}" ended (${end}), starting it again`);
        continue;
      }
      deaths = [];
      if (now - gaveUpAt > deathWindowMs) retry = retryMs.first; // or it would be started without end
      gaveUpAt = now;
      await this.#giveUp(this.#choice, end);
    }
  }

  /** Plays on one sink until it ends (then why), or until a better one was found. */
  async #playOn({ index, spec }: Choice): Promise<string | Choice> {
    const { counters, audio } = this.#options;
    const stopped = this.#beside.start(audio.outputs[index]);
    if (stopped) await stopped; // without a pause when there is nothing to stop: the first frame is due
    if (this.#stop.signal.aborted) return 'stopping';
    const search = new AbortController();
    const signal = AbortSignal.any([search.signal, this.#stop.signal]);
    const sink = this.#warm.take(spec) ?? this.#spawn(spec);
    this.#main = sink;
    try {
      const end = await Promise.race([sink.ended, this.#findBetter(index, signal)]);
      if (typeof end === 'string' && !this.#stop.signal.aborted) {
        this.#lostSamples += sink.unheardSamples;
        counters['sinkDeaths'] = (counters['sinkDeaths'] ?? 0) + 1;
      }
      return end;
    } finally {
      this.#main = undefined;
      search.abort();
      await sink.end(endMs);
    }
  }

  /** False: it is not one of ours, and this one has to find its own. */
  #inherit(name: string): boolean {
    const { audio, place, named = outputNamed } = this.#options;
    if (name === this.name) return name !== noOutput;
    const found = named(name, place);
    const index = found ? audio.outputs.indexOf(found.kind) : -1;
    if (!found || index === -1) return false;
    this.#choice = { index, spec: found.spec };
    this.#inheritedUntil = 0;
    return true;
  }

  /** The sinks that would be needed now are started, and wait. */
  #prepare(): void {
    this.#warm.keep(this.#choice?.spec);
    this.#beside.prepare(this.#choice && this.#options.audio.outputs[this.#choice.index]);
  }

  /** Resolves only with a better output than the one that plays. */
  async #findBetter(index: number, signal: AbortSignal): Promise<Choice> {
    while (index > 0 && (await delay(this.#lookAgain.waitMs(), signal))) {
      const found = await this.#find(signal, { to: index, quiet: true });
      if (!found || signal.aborted) continue;
      this.#lookAgain.found();
      return found;
    }
    return await new Promise<never>(() => undefined);
  }

  async #giveUp({ index, spec }: Choice, reason: string): Promise<void> {
    this.#lookAgain.gaveUp(performance.now());
    this.#warn(
      `"${spec.name}" does not work (${reason}), ${whatNext(this.#options.audio.outputs[index + 1])}`,
    );
    this.#choice = await this.#find(this.#stop.signal, { from: index + 1 });
    if (!this.#stop.signal.aborted) this.#say();
  }

  async #find(
    signal: AbortSignal,
    { from = 0, to = Infinity, quiet = false } = {},
  ): Promise<Choice | undefined> {
    const { audio, place, find = findOutput } = this.#options;
    return await findFirst({
      outputs: audio.outputs,
      from,
      to,
      find: async (kind) => await find(kind, place, signal),
      onFailure: (kind, reason, then) => {
        if (!quiet && !signal.aborted) this.#warn(`"${kind}" does not work (${reason}), ${then}`);
      },
    });
  }

  #spawn(spec: SinkSpec): SinkProcess {
    const { counters } = this.#options;
    const dropped = (samples: number) => {
      counters['droppedSamples'] = (counters['droppedSamples'] ?? 0) + samples;
    };
    const listening = (url: string) => this.#tell(`${spec.name} at ${url}`);
    return new SinkProcess(spec, { now: performance.now(), figures: { dropped, listening } });
  }

  #say(): void {
    if (!this.#choice) return this.#warn('no output works, nothing can be heard until one does');
    this.#tell(this.name);
  }

  #tell(text: string): void {
    this.#options.notice('info', `sound of room ${this.#options.room}: ${text}`);
  }

  #warn(text: string): void {
    this.#options.notice('warn', `sound of room ${this.#options.room}: ${text}`);
  }
}
