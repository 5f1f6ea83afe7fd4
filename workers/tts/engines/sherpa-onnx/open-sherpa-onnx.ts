import { ConfigurationError } from '../../../../protocol/configuration-error.ts';
import type { SherpaOnnxConfig } from '../../../../protocol/tts-config.ts';
import type { Endpoint, Engine, RawSound, SpeakOptions, SpokenText } from '../../endpoint.ts';
import { EngineError } from '../../endpoint.ts';
import type { EngineParts } from '../engine-parts.ts';
import { plainDraw, warmUpText } from '../warm-up.ts';
import { findSherpa } from './find-sherpa.ts';
import { SherpaVoice } from './sherpa-voice.ts';

/** Models are read from the disk, some hundred megabytes. */
const loadMs = 120_000;

/** A model on this machine by `sherpa-onnx-node`, which is the operator's to install. */
export function openSherpaOnnx(config: SherpaOnnxConfig, parts: EngineParts): Engine {
  return {
    id: config.id,
    type: config.type,
    endpoints: [new SherpaEndpoint(config, parts)],
    draws: { seeds: false, safer: false, whole: false },
  };
}

class SherpaEndpoint implements Endpoint {
  readonly name: string;
  readonly slots = 1;
  readonly #config: SherpaOnnxConfig;
  readonly #parts: EngineParts;
  #voice: SherpaVoice | undefined;
  #isBusy = false;
  #isDisposed = false;

  constructor(config: SherpaOnnxConfig, parts: EngineParts) {
    this.name = config.id;
    this.#config = config;
    this.#parts = parts;
  }

  async warmUp(signal: AbortSignal): Promise<void> {
    try {
      await this.speak(warmUpText('zh'), { draw: plainDraw, signal, onFirstByte: () => undefined });
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'refused') throw error;
      throw new ConfigurationError([{ path: `${this.#parts.path}.model`, message: error.message }]);
    }
  }

  async speak({ text, speed }: SpokenText, { signal, onFirstByte }: SpeakOptions): Promise<RawSound> {
    const { speaker: sid, totalMs } = this.#config;
    if (this.#isBusy) throw new EngineError('busy', `${this.name} already speaks`);
    this.#isBusy = true;
    try {
      const voice = await this.#open(signal);
      const report = await voice.ask({ kind: 'speak', text, sid, speed }, { totalMs, signal });
      if (report.kind !== 'spoken') throw new EngineError('server', describe(report));
      const { samples, sampleRateHz } = report;
      if (samples.length === 0) throw new EngineError('garbage', 'the model made no sound');
      onFirstByte();
      return { samples: Int16Array.from(samples, toInteger), sampleRateHz };
    } finally {
      this.#isBusy = false;
    }
  }

  /** Whether the package is still there; the model is loaded when it is needed. */
  async probe(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    findSherpa(this.#parts);
    await Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#voice?.[Symbol.asyncDispose]();
  }

  async #open(signal: AbortSignal): Promise<SherpaVoice> {
    if (this.#voice && !this.#voice.hasEnded) return this.#voice;
    if (this.#isDisposed) throw new EngineError('unreachable', `${this.name} is closed`);
    await this.#voice?.[Symbol.asyncDispose]();
    const found = findSherpa(this.#parts);
    const { model, ruleFsts } = this.#config;
    const voice = new SherpaVoice(found);
    this.#voice = voice;
    const config = { model, ruleFsts, maxNumSentences: 1 };
    const order = { kind: 'load', module: found.module, config } as const;
    const report = await voice.ask(order, { totalMs: loadMs, signal });
    if (report.kind === 'loaded') return voice;
    await voice[Symbol.asyncDispose]();
    throw new EngineError('refused', describe(report));
  }
}

function toInteger(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round((Number.isNaN(value) ? 0 : value) * 32_768)));
}

function describe(report: { kind: string; message?: string }): string {
  return `the process with the model says ${report.message?.slice(0, 200) ?? report.kind}`;
}
