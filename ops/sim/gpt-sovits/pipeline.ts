import { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import { joinSamples } from '../speech/samples.ts';
import { wrapPeak, type Sound } from '../speech/spoil.ts';
import type { SimulatedVoice } from '../speech/voice.ts';
import { sampleRateOf, type GptSovitsSettings } from './settings.ts';

/** A request as the pipeline gets it. */
export type PipelineJob = {
  readonly fragments: readonly string[];
  readonly seed: number;
  readonly speed: number;
  /** Seconds of zeros after every fragment. */
  readonly interval: number;
  readonly reference: string;
  /** Whole; one piece per fragment; or pieces of so many tokens. */
  readonly pieces: 'one' | 'fragments' | { readonly tokens: number };
  /** What else decides how it sounds. */
  readonly sampling: string;
};

type Weights = { readonly gpt: string; readonly sovits: string };

const tokensPerSecond = 25;
const leaked = '这是参考音频里面的一句话。';
const noWeights: Weights = { gpt: 'default', sovits: 'default' };

/** The model as far as it can be heard: which voice it has, how a seed makes it sound, and in which pieces the sound comes. */
export class Pipeline {
  readonly #settings: GptSovitsSettings;
  readonly #voice: SimulatedVoice;
  #weights = noWeights;
  #before = noWeights;

  constructor({ settings, voice }: { settings: GptSovitsSettings; voice: SimulatedVoice }) {
    this.#settings = settings;
    this.#voice = voice;
  }

  get weights(): Weights {
    return this.#weights;
  }

  /** @throws {Error} when the server has no such file. */
  setWeights(change: Partial<Weights>): void {
    for (const path of Object.values(change)) {
      const { weights } = this.#settings;
      if (weights !== 'any' && !weights.includes(path))
        throw new Error(`[Errno 2] No such file or directory: '${path}'`);
    }
    this.#before = this.#weights;
    this.#weights = { ...this.#weights, ...change };
  }

  /** @throws {Error} unless the server has it, and it is 3 to 10 seconds long. */
  checkReference(path: string): void {
    const { references } = this.#settings;
    if (references === 'any') return;
    const seconds = references[path];
    if (seconds === undefined) throw new Error(`${path} not exists`);
    if (seconds < 3 || seconds > 10) throw new Error('参考音频在3~10秒范围外，请更换！');
  }

  /** `stale`: with the weights from before the last change. */
  render(job: PipelineJob, { stale }: { readonly stale: boolean }): Sound {
    const sampleRateHz = sampleRateOf(this.#settings.version);
    const zeros = new Int16Array(Math.max(0, Math.round(job.interval * sampleRateHz)));
    const pitch = this.#pitch(job, stale);
    const fragments = job.fragments.map((text) => {
      const spoken = this.#voice.speak({ text, sampleRateHz, pitch, speed: job.speed });
      const loud = new SeededRandom(hash(`${job.seed} ${text}`)).chance(this.#settings.wrapShare);
      return joinSamples([loud ? wrapPeak(spoken) : spoken, zeros]);
    });
    const samples = joinSamples(fragments);
    return { samples, sampleRateHz, pieceEnds: endsOf(job.pieces, fragments, sampleRateHz) };
  }

  /** The words of a reference, in the voice of the job. */
  leak(job: PipelineJob, sampleRateHz: number): Int16Array {
    return this.#voice.speak({
      text: leaked,
      sampleRateHz,
      pitch: this.#pitch(job, false),
      speed: job.speed,
    });
  }

  /** The voice follows weights and reference; the seed and how is sampled make it a little higher or lower, and shorter or longer. */
  #pitch({ seed, reference, sampling }: PipelineJob, stale: boolean): number {
    const { gpt, sovits } = stale ? this.#before : this.#weights;
    const known = `${gpt} ${sovits} ${reference}`;
    // A race that nothing was changed before is with what some other client had loaded.
    const other = stale && this.#before === this.#weights ? `${known} other` : known;
    const voice = (hash(other) % 9) - 4;
    // Seeds that follow each other sound different, and not by the same step.
    const draw = ((((seed * 101) % 257) + 257 + (hash(sampling) % 257)) % 257) - 128;
    return 1 + voice * 0.03 + draw * 0.0003;
  }
}

function endsOf(
  pieces: PipelineJob['pieces'],
  fragments: readonly Int16Array[],
  sampleRateHz: number,
): number[] {
  const ends = fragments.map((_, index) =>
    fragments.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0),
  );
  const whole = ends.at(-1) ?? 0;
  if (pieces === 'fragments') return ends;
  if (pieces === 'one') return [whole];
  const step = Math.max(1, Math.round((pieces.tokens / tokensPerSecond) * sampleRateHz));
  const steps = Array.from({ length: Math.floor(whole / step) }, (_, index) => (index + 1) * step);
  return steps.at(-1) === whole ? steps : [...steps, whole];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
