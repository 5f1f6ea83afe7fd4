import type { Bodies, BodyName } from '../../protocol/codec.ts';
import type { Priority, Segment } from '../../protocol/speech.ts';
import { priorities } from '../../protocol/speech.ts';
import type { Delivery } from '../bus.ts';
import type { Logger } from '../logger.ts';
import { HeldSegments } from './held-segments.ts';
import { SegmentQueue } from './segment-queue.ts';

/** The part of the bus that gives work. */
export interface SegmentSource {
  take<Name extends BodyName>(
    stream: string,
    consumer: string,
    type: Name,
    options: { maxMessages: number; waitMs?: number; signal: AbortSignal },
  ): AsyncGenerator<Delivery<Bodies[Name]>>;
}

export interface SpeechDeskOptions {
  source: SegmentSource;
  /** Segments that are treated at the same time. */
  slots: number;
  /** Brings one segment to its end. What it throws leaves the segment to the next delivery. */
  treat: (delivery: Delivery<Segment>) => Promise<void>;
  /** Tells the bus that it is at its end. No slot waits for it: while the bus is away, every answer takes its whole deadline. */
  acknowledge: (delivery: Delivery<Segment>) => Promise<void>;
  draining: AbortSignal;
  signal: AbortSignal;
  log: Logger;
  /** Called whenever something came, went to a slot or was finished. */
  onChange: (state: { held: number; queued: number }) => void;
}

/**
 * How long one request for segments stands: the bus's least. A drain waits for its end, because ending it early would leave what is
 * on its way to nobody until the bus gives it out again, 6 s later.
 */
const pullMs = 1_000;

/**
 * Takes segments from the three consumers as there is room, and gives them to slots by priority. `run` returns when, after
 * `draining`, nothing is left on the bus; or at once when the signal says stop: what was not finished then stays with the bus.
 */
export class SpeechDesk {
  readonly #options: SpeechDeskOptions;
  readonly #queue: SegmentQueue<Delivery<Segment>>;
  /** Those who wait until anything changes: for room, or for work. */
  #waiting = Promise.withResolvers<void>();
  readonly #finishing = new Set<Promise<void>>();
  #pulling: number = priorities.length;

  constructor(options: SpeechDeskOptions) {
    this.#options = options;
    // One in hand and one ready for each slot: more would only be lost together with this process.
    this.#queue = new SegmentQueue(options.slots * 2);
  }

  async run(): Promise<void> {
    const { signal, draining, slots } = this.#options;
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    draining.addEventListener('abort', wake, { once: true });
    using held = new HeldSegments();
    try {
      const pulls = priorities.map((priority) => this.#pull(priority, held));
      const treatments = Array.from({ length: slots }, () => this.#serveSlot(held));
      await Promise.all([...pulls, ...treatments]);
      if (!signal.aborted) await Promise.all(this.#finishing);
    } finally {
      signal.removeEventListener('abort', wake);
      draining.removeEventListener('abort', wake);
    }
  }

  async #pull(priority: Priority, held: HeldSegments): Promise<void> {
    const { draining, signal } = this.#options;
    try {
      while (!signal.aborted) {
        const room = this.#queue.room(priority);
        if (room === 0) await this.#waiting.promise;
        else if (draining.aborted) {
          const count = await this.#takeSome(priority, held, { maxMessages: room, signal });
          if (count === 0) return;
        } else {
          await this.#takeSome(priority, held, { maxMessages: room, waitMs: pullMs, signal });
        }
      }
    } finally {
      this.#pulling -= 1;
      this.#wake();
    }
  }

  async #takeSome(
    priority: Priority,
    held: HeldSegments,
    options: { maxMessages: number; waitMs?: number; signal: AbortSignal },
  ): Promise<number> {
    let count = 0;
    for await (const delivery of this.#options.source.take('SPEECH', `tts-${priority}`, 'segment', options)) {
      count += 1;
      if (!held.hold(delivery)) continue;
      this.#queue.push(priority, delivery);
      this.#changed(held);
    }
    this.#changed(held);
    return count;
  }

  async #serveSlot(held: HeldSegments): Promise<void> {
    const { treat, signal, log } = this.#options;
    while (!signal.aborted) {
      const delivery = this.#queue.take();
      if (!delivery) {
        if (this.#pulling === 0) return;
        await this.#waiting.promise;
        continue;
      }
      this.#changed(held);
      try {
        await treat(delivery);
        this.#finish(delivery, held);
      } catch (error) {
        if (!signal.aborted)
          log.error({ err: error, segment: delivery.body.id }, 'segment left to its next delivery');
        held.release(delivery);
        this.#changed(held);
      }
    }
  }

  #finish(delivery: Delivery<Segment>, held: HeldSegments): void {
    const finishing = this.#options.acknowledge(delivery).finally(() => {
      this.#finishing.delete(finishing);
      held.release(delivery);
      this.#changed(held);
    });
    this.#finishing.add(finishing);
  }

  #changed(held: HeldSegments): void {
    this.#options.onChange({ held: held.size, queued: this.#queue.size });
    this.#wake();
  }

  #wake(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }
}
