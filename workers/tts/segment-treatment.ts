import type { Bodies, BodyName } from '../../protocol/codec.ts';
import type { AudioChunk, Segment } from '../../protocol/speech.ts';
import { audioSubject, roomPattern } from '../../protocol/subjects.ts';
import type { PublishOptions } from '../bus.ts';
import type { Delivery } from '../delivery.ts';
import type { Logger } from '../logger.ts';
import { chunkSound, missingChunk } from './audio-chunks.ts';
import type { TtsCounters } from './counters.ts';
import type { Sound, SpeechRequest } from './engine.ts';
import type { Loudness } from './loudness/leveller.ts';
import { SynthesisFailedError } from './synthesiser.ts';
import { triage } from './triage.ts';

/** The part of the bus that takes sound. */
export interface ChunkSink {
  refused: number;
  publish<Name extends BodyName>(
    subject: string,
    type: Name,
    body: Bodies[Name],
    options: PublishOptions,
  ): Promise<unknown>;
}

/** What gets a sound for a text. */
export interface Speaker {
  /** The engine whose voice is wanted. */
  readonly engineName: string;
  /** `engine` names who spoke, `note` why it is not the one whose voice is wanted. Throws SynthesisFailedError, or the signal's reason. */
  speak(request: SpeechRequest, signal: AbortSignal): Promise<{ sound: Sound; engine: string; note: string }>;
}

export interface TreatmentOptions {
  bus: ChunkSink;
  speaker: Speaker;
  /** Voice and speed of segments that name no voice. */
  voice: string;
  speed: number;
  loudness: Loudness;
  childId: string;
  counters: TtsCounters;
  /** Whether a segment must not be treated; see `Poison`. */
  isPoison: (message: Delivery<Segment>['message']) => boolean;
  /** To be held open while a segment is worked on; see `Treated`. */
  holdTreated: (message: Delivery<Segment>['message']) => Disposable;
  /** Whether the show ends, as opposed to this process only. */
  isStopping: () => boolean;
  signal: AbortSignal;
  log: Logger;
}

const ackTimeoutMs = 2_000;
const rememberedSegments = 1_000;

/**
 * Brings one segment to its end: its sound, or one chunk that says why there is none, is safely in AUDIO when `treat` returns, and
 * only then the segment is acknowledged in SPEECH. A crash in between gives a second rendition, never a gap.
 */
export class SegmentTreatment {
  readonly #options: TreatmentOptions;
  /** Segments whose chunks are in AUDIO: one that comes again, because its ack was lost, only lacks the ack. */
  readonly #done = new Set<string>();
  #renditions = 0;

  constructor(options: TreatmentOptions) {
    this.#options = options;
  }

  /**
   * Throws when `giveUp` says so before there is a sound, when the signal says stop, or when the segment cannot be published; it then
   * must not be acknowledged.
   */
  async treat(delivery: Delivery<Segment>, giveUp: AbortSignal): Promise<void> {
    const { body: segment, message } = delivery;
    const { bus, log, signal } = this.#options;
    if (!roomPattern.test(segment.room)) {
      bus.refused += 1;
      log.warn({ room: segment.room, segment: segment.id }, 'refused a segment without a room');
      return message.term('no room of that name');
    }
    const key = `${segment.id} ${delivery.seq}`;
    if (!this.#done.has(key)) {
      for (const chunk of await this.#speak(delivery, giveUp)) {
        await bus.publish(audioSubject(segment.room), 'chunk', chunk, { msgId: chunk.id, signal });
      }
      this.#remember(key);
    }
  }

  /**
   * Waits for the server's word, so that a lost ack is noticed. When it does not come, the segment comes again and only lacks its
   * ack; so this never throws.
   */
  async acknowledge({ body: segment, message }: Delivery<Segment>): Promise<void> {
    const { counters, log } = this.#options;
    try {
      await message.ackAck({ timeout: ackTimeoutMs });
    } catch (error) {
      counters.ackFailures += 1;
      log.warn({ err: error, segment: segment.id }, 'ack of a segment got no answer');
    }
  }

  async #speak({ body: segment, deliveries, message }: Delivery<Segment>, giveUp: AbortSignal) {
    const { speaker, voice, speed, loudness, counters, isPoison, holdTreated, isStopping, log } =
      this.#options;
    const options = { rendition: this.#nextRendition(), engine: speaker.engineName };
    const missing = (reason: string): AudioChunk[] => {
      log.info({ segment: segment.id, reason }, 'no sound for a segment');
      counters.segments += 1;
      counters.missing += 1;
      return [missingChunk(segment, reason, options)];
    };
    if (isPoison(message)) return missing('poison');
    using _ = holdTreated(message);
    const decision = triage(segment, { now: Date.now(), deliveries, stopping: isStopping() });
    if (decision.kind === 'missing') return missing(decision.reason);
    try {
      const request = { text: decision.text, voice: segment.voice || voice, speed, loudness };
      const { sound, engine, note } = await speaker.speak(request, giveUp);
      counters.segments += 1;
      counters.spoken += 1;
      return chunkSound(segment, sound, { ...options, engine, note });
    } catch (error) {
      if (error instanceof SynthesisFailedError) return missing(`failed: ${error.message}`);
      throw error;
    }
  }

  #remember(key: string): void {
    this.#done.add(key);
    const [oldest] = this.#done;
    if (oldest !== undefined && this.#done.size > rememberedSegments) this.#done.delete(oldest);
  }

  #nextRendition(): string {
    this.#renditions += 1;
    return `${this.#options.childId}-${Date.now().toString(36)}-${this.#renditions}`;
  }
}
