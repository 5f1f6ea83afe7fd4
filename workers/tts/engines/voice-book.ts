import type { EngineParts } from './engine-parts.ts';

const mostUnknown = 100;

/** The voices of one engine by name. Segments may name voices of another one; the first then speaks. */
export class VoiceBook<Voice extends { name: string }> {
  readonly usual: Voice;
  readonly #voices: ReadonlyMap<string, Voice>;
  readonly #engine: string;
  readonly #log: EngineParts['log'];
  readonly #unknown = new Set<string>();

  constructor(engine: string, voices: readonly Voice[], log: EngineParts['log']) {
    const [usual] = voices;
    if (!usual) throw new RangeError(`Engine "${engine}" needs a voice`);
    this.usual = usual;
    this.#voices = new Map(voices.map((voice) => [voice.name, voice]));
    this.#engine = engine;
    this.#log = log;
  }

  find(name: string): Voice {
    if (name === '') return this.usual;
    const found = this.#voices.get(name);
    if (!found) this.#sayUnknown(name);
    return found ?? this.usual;
  }

  /** Once per name is enough, and the names are not ours to count on. */
  #sayUnknown(voice: string): void {
    if (this.#unknown.has(voice) || this.#unknown.size >= mostUnknown) return;
    this.#unknown.add(voice);
    this.#log.warn(
      { engine: this.#engine, voice: voice.slice(0, 64), instead: this.usual.name },
      'no such voice',
    );
  }
}
