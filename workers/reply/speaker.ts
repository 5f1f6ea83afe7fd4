import type { Segment } from '../../protocol/speech.ts';
import { speechSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';
import type { Logger } from '../logger.ts';
import type { Pacer } from './pacer.ts';
import { estimateMs } from './pacer.ts';
import { publishUtterance } from './publish-utterance.ts';
import type { UtteranceHead } from './utterance.ts';
import { endOf, pieceOf } from './utterance.ts';

export interface SpeakerOptions {
  bus: Pick<Bus, 'publish' | 'read'>;
  pacer: Pacer;
  log: Pick<Logger, 'warn'>;
  signal: AbortSignal;
  count: (name: string) => void;
}

/** Puts utterances onto the bus, and counts what is still to be heard of them. */
export class Speaker {
  readonly #options: SpeakerOptions;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** Returns the first segment as it is on the bus: another's, if that had been there already. Throws when the signal says stop. */
  async say(segments: Segment[]): Promise<Segment | undefined> {
    const { bus, signal } = this.#options;
    const first = await publishUtterance(bus, segments, signal);
    if (first) this.#released(first);
    return first;
  }

  /**
   * The same with pieces that are still to come, each put out as soon as it is there. Whatever happens after the first, the utterance is
   * ended. `hears` is told of each piece before it is put out. Throws what the pieces throw before there was one.
   */
  async sayPieces(
    head: UtteranceHead,
    pieces: AsyncIterable<string>,
    hears: (piece: string, index: number) => Promise<void>,
  ): Promise<Segment | undefined> {
    const { bus, signal, pacer } = this.#options;
    let first: Segment | undefined;
    let index = 0;
    try {
      for await (const text of pieces) {
        const segment = pieceOf(head, index, text);
        await hears(text, index);
        if (first) {
          await this.#publish(segment);
          pacer.extend(segment.utteranceId, estimateMs(text));
        } else {
          first = await publishUtterance(bus, [segment], signal);
          if (!first) return undefined;
          this.#released(first);
          // Another's: publishing it has finished it.
          if (first !== segment) return first;
        }
        index += 1;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!first) throw error;
      this.#options.log.warn(
        { err: error, utterance: head.id, said: index },
        'an answer ended before its end',
      );
    }
    if (first) await this.#publish(endOf(first, index));
    return first;
  }

  #released(first: Segment): void {
    const { pacer, count } = this.#options;
    pacer.release(first.utteranceId, first.priority, durationOf(first), Date.now());
    count(`${first.priority}Utterances`);
  }

  async #publish(segment: Segment): Promise<void> {
    const { bus, signal } = this.#options;
    const subject = speechSubject(segment.room, segment.priority);
    await bus.publish(subject, 'segment', segment, { msgId: segment.id, signal });
  }
}

/** How long an utterance takes to say, roughly, as far as its first segment tells. */
export function durationOf({ script, text }: Pick<Segment, 'script' | 'text'>): number {
  return (script.length > 0 ? script : [text]).reduce((sum, each) => sum + estimateMs(each), 0);
}
