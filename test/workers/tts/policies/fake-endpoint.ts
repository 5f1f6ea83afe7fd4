import { EngineError } from '../../../../workers/tts/endpoint.ts';
import type {
  Endpoint,
  EngineFault,
  RawSound,
  SpeakOptions,
  SpokenText,
} from '../../../../workers/tts/endpoint.ts';
import type { Clock } from '../../../../workers/tts/policies/clock.ts';
import { untilAborted } from '../../../../workers/tts/policies/deadline.ts';

/**
 * How a request goes. `ms`: until the first byte; the last comes as long after it. `bad`: the quality gate refuses the sound. `deaf`: it
 * takes so long until it notices that it was given up.
 */
export interface Behaviour {
  ms: number;
  fault?: EngineFault | 'bad' | 'hang' | 'throw';
  status?: number;
  retryAfterMs?: number;
  deafMs?: number;
}

export interface Asked extends Pick<SpeakOptions, 'draw'> {
  text: string;
}

/** An endpoint of the simplest kind: it behaves as it is told, and notes what it was asked. */
export class FakeEndpoint implements Endpoint {
  readonly name: string;
  readonly slots: number;
  readonly asked: Asked[] = [];
  inFlight = 0;
  mostInFlight = 0;
  restarts = 0;
  probes = 0;
  behave: (text: SpokenText) => Behaviour;
  restart?: (signal: AbortSignal) => Promise<void>;
  readonly #clock: Clock;

  constructor({
    name,
    clock,
    slots = 1,
    behave = () => ({ ms: 100 }),
  }: {
    name: string;
    clock: Clock;
    slots?: number;
    behave?: (text: SpokenText) => Behaviour;
  }) {
    this.name = name;
    this.slots = slots;
    this.#clock = clock;
    this.behave = behave;
  }

  async warmUp(): Promise<void> {}

  async probe(): Promise<void> {
    this.probes += 1;
    if (this.inFlight > 0) throw new Error('probed while busy');
  }

  async speak(text: SpokenText, options: SpeakOptions): Promise<RawSound> {
    const behaviour = this.behave(text);
    this.asked.push({ text: text.text, draw: options.draw });
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      return await this.#work(text.text, behaviour, options);
    } finally {
      if (behaviour.deafMs) await this.#clock.delay(behaviour.deafMs, new AbortController().signal);
      this.inFlight -= 1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #work(text: string, behaviour: Behaviour, options: SpeakOptions): Promise<RawSound> {
    const { signal, onFirstByte } = options;
    const { ms, fault, status = 0, retryAfterMs = 0 } = behaviour;
    if (fault === 'hang') await untilAborted(new Promise<never>(() => undefined), signal);
    await this.#clock.delay(ms, signal);
    signal.throwIfAborted();
    if (fault === 'throw') throw new Error('a bug of an adapter');
    if (fault && fault !== 'bad' && fault !== 'hang')
      throw new EngineError(fault, fault, { status, retryAfterMs });
    onFirstByte();
    await this.#clock.delay(ms, signal);
    signal.throwIfAborted();
    return makeRaw(text, fault === 'bad');
  }
}

/** Samples that tell for which text they were made, and whether they may be heard. */
export function makeRaw(text: string, isBad = false): RawSound {
  const letters = Array.from(text, (letter) => (letter.codePointAt(0) ?? 0) & 0x7f_ff);
  return { samples: Int16Array.from([isBad ? 1 : 0, ...letters]), sampleRateHz: 10 };
}
