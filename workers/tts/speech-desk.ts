import type { Bodies, BodyName } from '../../protocol/codec.ts';
import type { Priority, Segment } from '../../protocol/speech.ts';
import { priorities } from '../../protocol/speech.ts';
import type { Delivery } from '../delivery.ts';
import type { Logger } from '../logger.ts';
import { HeldSegments } from './held-segments.ts';
import { SegmentQueue } from './segment-queue.ts';

/** The part of the bus that gives work. */
export interface SegmentSource {
  /** Returns once it is certain that this worker has not been replaced; who has been takes no work away from its successor. */
  certain(): Promise<void>;
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
  /** Brings one segment to its end; `giveUp` means stop: it is left to a successor. What it throws leaves the segment to the next delivery. */
  treat: (delivery: Delivery<Segment>, giveUp: AbortSignal) => Promise<void>;
  /** Tells the bus that it is at its end. No slot waits for it: while the bus is away, every answer takes its whole deadline. */
  acknowledge: (delivery: Delivery<Segment>) => Promise<void>;
  draining: AbortSignal;
  /** Whether, once `draining`, a successor stands by. */
  handOver: () => boolean;
  /** How long, handing over, what is being treated may take. */
  finishMs: number;
  signal: AbortSignal;
  log: Logger;
  /** Called whenever something came, went to a slot or was finished. `busy` are those being treated. */
  onChange: (state: { held: number; queued: number; busy: number }) => void;
}

/** How long one request for segments stands: the bus's least. */
const pullMs = 1_000;

/**
 * Takes segments from the three consumers as there is room, and gives them to slots by priority. `run` returns when, after
 * `draining`, nothing is left on the bus; handing over, as soon as what was begun is finished and the rest given back; or at once
 * when the signal says stop: what was not finished then stays with the bus.
 */
export class SpeechDesk {
  readonly #options: SpeechDeskOptions;
  readonly #queue: SegmentQueue<Delivery<Segment>>;
  /** Those who wait until anything changes: for room, or for work. */
  #waiting = Promise.withResolvers<void>();
  readonly #finishing = new Set<Promise<void>>();
  readonly #giveUp = new AbortController();
  #pulling: number = priorities.length;
  #busy = 0;

  constructor(options: SpeechDeskOptions) {
    this.#options = options;
    // One in hand and one ready for each slot: more would only be lost together with this process.
    this.#queue = new SegmentQueue(options.slots * 2);
  }

  async run(): Promise<void> {
    const { signal, draining, slots, finishMs } = this.#options;
    using held = new HeldSegments();
    let giveUpAt: NodeJS.Timeout | undefined;
    const stop = () => {
      this.#giveUp.abort(signal.reason);
      this.#wake();
    };
    const leave = () => {
      if (this.#isHandingOver) {
        this.#giveBackQueue(held);
        giveUpAt = setTimeout(() => this.#giveUp.abort(new Error('a successor does it')), finishMs);
      }
      this.#wake();
    };
    signal.addEventListener('abort', stop, { once: true });
    draining.addEventListener('abort', leave, { once: true });
    try {
      const pulls = priorities.map((priority) => this.#pull(priority, held));
      const treatments = Array.from({ length: slots }, () => this.#serveSlot(held));
      await Promise.all([...pulls, ...treatments]);
      if (!signal.aborted) await Promise.all(this.#finishing);
    } finally {
      clearTimeout(giveUpAt);
      signal.removeEventListener('abort', stop);
      draining.removeEventListener('abort', leave);
    }
  }

  get #isHandingOver(): boolean {
    return this.#options.draining.aborted && this.#options.handOver();
  }

  async #pull(priority: Priority, held: HeldSegments): Promise<void> {
    const { draining, signal } = this.#options;
    const leaving = AbortSignal.any([signal, draining]);
    try {
      while (!signal.aborted && !this.#isHandingOver) {
        const room = this.#queue.room(priority);
        if (room === 0) await this.#waiting.promise;
        else if (draining.aborted) {
          const count = await this.#takeSome(priority, held, { maxMessages: room, signal });
          if (count === 0) return;
        } else {
          await this.#options.source.certain();
          await this.#takeSome(priority, held, { maxMessages: room, waitMs: pullMs, signal: leaving });
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
      if (this.#isHandingOver) this.#giveBackQueue(held);
      this.#changed(held);
    }
    this.#changed(held);
    return count;
  }

  async #serveSlot(held: HeldSegments): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      const delivery = this.#queue.take();
      if (delivery) {
        this.#busy += 1;
        this.#changed(held);
        await this.#treat(delivery, held);
        this.#busy -= 1;
        this.#changed(held);
      } else if (this.#pulling === 0 || this.#isHandingOver) return;
      else await this.#waiting.promise;
    }
  }

  async #treat(delivery: Delivery<Segment>, held: HeldSegments): Promise<void> {
    const { treat, signal, log } = this.#options;
    try {
      await treat(delivery, this.#giveUp.signal);
      this.#finish(delivery, held);
    } catch (error) {
      if (this.#isHandingOver && !signal.aborted) return this.#giveBack(delivery, held);
      if (!signal.aborted)
        log.error({ err: error, segment: delivery.body.id }, 'segment left to its next delivery');
      held.release(delivery);
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

  #giveBackQueue(held: HeldSegments): void {
    for (let item = this.#queue.take(); item; item = this.#queue.take()) this.#giveBack(item, held);
  }

  /** The bus gives it to somebody else at once. */
  #giveBack(delivery: Delivery<Segment>, held: HeldSegments): void {
    delivery.message.nak();
    held.release(delivery);
  }

  #changed(held: HeldSegments): void {
    this.#options.onChange({ held: held.size, queued: this.#queue.size, busy: this.#busy });
    this.#wake();
  }

  #wake(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }
}
