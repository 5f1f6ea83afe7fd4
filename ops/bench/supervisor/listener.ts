import { segmentId } from '../../../protocol/ids.ts';
import type { Playhead } from '../../../protocol/speech.ts';
import { playheadSubject } from '../../../protocol/subjects.ts';
import { outputRateHz } from '../../../workers/audio/format.ts';
import { Renditions } from '../../../workers/audio/renditions.ts';
import { resample, resampledLength } from '../../../workers/audio/resample.ts';
import { delay } from '../../../workers/delay.ts';
import type { Bus } from '../../../workers/bus.ts';

/** A sentence that is being heard now. */
export interface Hearing {
  /** As the voice speaks it, at the rate of a recording. */
  sound: Float32Array;
  offsetMs: number;
  lengthMs: number;
}

const maxKept = 200;
/** A playhead is told several times a second. */
const freshMs = 400;
const waitMs = 20_000;

/** Knows which sentence listeners are hearing, and how it sounds, from what goes over the bus. */
export class Listener implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #sounds = new Map<string, Float32Array>();
  readonly #ended: Promise<unknown>;
  #playhead: Playhead | undefined;
  #onPlayhead = Promise.withResolvers<void>();

  constructor(bus: Bus, room: string) {
    const { signal } = this.#over;
    this.#ended = Promise.all([this.#listen(bus, room, signal), this.#collect(bus, room, signal)]);
  }

  /** Waits for a sentence of which so much has been heard and so much is still to come; undefined when there is none for long. */
  async during(
    { heardMs, leftMs }: { heardMs: number; leftMs: number },
    signal: AbortSignal,
  ): Promise<Hearing | undefined> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    while (!deadline.aborted) {
      const hearing = this.#now();
      if (hearing && hearing.offsetMs >= heardMs && hearing.lengthMs - hearing.offsetMs >= leftMs)
        return hearing;
      await Promise.race([this.#onPlayhead.promise, delay(freshMs, deadline)]);
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  #now(): Hearing | undefined {
    const playhead = this.#playhead;
    if (!playhead || !isSaying(playhead) || Date.now() - playhead.at > freshMs) return undefined;
    const sound = this.#sounds.get(segmentId(playhead.utteranceId, playhead.segmentIndex));
    if (!sound) return undefined;
    const offsetMs = playhead.offsetMs + Date.now() - playhead.at;
    return { sound, offsetMs, lengthMs: (sound.length * 1_000) / outputRateHz };
  }

  async #listen(bus: Bus, room: string, signal: AbortSignal): Promise<void> {
    for await (const { message } of bus.listen(playheadSubject(room), signal)) {
      if (message.type !== 'playhead') continue;
      this.#playhead = message.body;
      this.#onPlayhead.resolve();
      this.#onPlayhead = Promise.withResolvers<void>();
    }
  }

  async #collect(bus: Bus, room: string, signal: AbortSignal): Promise<void> {
    const renditions = new Renditions();
    const filter = `live.${room}.audio`;
    for await (const { body } of bus.read('AUDIO', 'chunk', { filter, from: { seq: 1 }, signal })) {
      const added = renditions.add(body);
      if (added.kind !== 'complete' || this.#sounds.has(body.segment.id)) continue;
      const { pcm, sampleRateHz } = added.recorded;
      const sound = new Float32Array(resampledLength(pcm.length, sampleRateHz));
      resample(pcm, sampleRateHz, 0, sound);
      this.#sounds.set(body.segment.id, sound);
      const [oldest] = this.#sounds.keys();
      if (this.#sounds.size > maxKept && oldest !== undefined) this.#sounds.delete(oldest);
    }
  }
}

/** An utterance is heard; `yielding` says besides that a script waits for its end. */
const isSaying = ({ state }: Playhead): boolean => state === 'speaking' || state === 'yielding';
