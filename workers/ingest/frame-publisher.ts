import type { LiveEvent } from '../../protocol/event.ts';

/** Where events go. Resolves once the event is kept for good; rejects only when the signal says stop. */
export interface EventSink {
  publish(event: LiveEvent, signal: AbortSignal): Promise<void>;
}

export interface FramePublisherOptions {
  sink: EventSink;
  /** Means: nothing more can be published. */
  signal: AbortSignal;
  /** Events that may be on their way at once. */
  maxInFlight?: number;
  /** Frames that may wait for their acknowledgement, those without events included. */
  maxFrames?: number;
}

/**
 * Publishes the events of one room in order, several on their way at once, and acknowledges each frame after its last event is kept,
 * and after the frames before it: a frame that repeats an earlier one must not be acknowledged while that one is on its way.
 * While the bus fails, events that are on their way together may be kept in another order, but not those of one gift streak: who
 * counts it anew after a crash goes by the highest total that was kept, and a lower one that came to be kept later would be lost.
 */
export class FramePublisher {
  inFlight = 0;
  frames = 0;
  readonly #sink: EventSink;
  readonly #signal: AbortSignal;
  readonly #maxInFlight: number;
  readonly #maxFrames: number;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #streaks = new Map<string, Promise<void>>();
  #gaveUp = false;
  #changed = Promise.withResolvers<void>();

  constructor({ sink, signal, maxInFlight = 128, maxFrames = 256 }: FramePublisherOptions) {
    this.#sink = sink;
    this.#signal = signal;
    this.#maxInFlight = maxInFlight;
    this.#maxFrames = maxFrames;
  }

  /** Takes a frame and returns when there is room for the next one. Rejects when the signal says stop. */
  async add(events: readonly LiveEvent[], acknowledge: () => void): Promise<void> {
    this.frames += 1;
    const kept: Promise<void>[] = [];
    try {
      for (const event of events) {
        await this.#until(() => this.inFlight < this.#maxInFlight);
        kept.push(this.#publishInTurn(event));
      }
    } finally {
      this.#tail = this.#finish(this.#tail, kept, acknowledge, kept.length === events.length);
    }
    await this.#until(() => this.frames < this.#maxFrames);
  }

  /** Returns once every frame that was added is acknowledged, or given up because the signal said stop. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  /** A gift goes after the one before it in its streak is kept; one that was not kept takes all later ones with it. */
  async #publishInTurn(event: LiveEvent): Promise<void> {
    if (event.kind !== 'gift' || event.streak === '') return await this.#publish(event);
    const { streak } = event;
    const published = this.#publish(event, this.#streaks.get(streak));
    this.#streaks.set(streak, published);
    try {
      await published;
    } finally {
      if (this.#streaks.get(streak) === published) this.#streaks.delete(streak);
    }
  }

  async #publish(event: LiveEvent, before?: Promise<void>): Promise<void> {
    this.inFlight += 1;
    try {
      if (before) await before;
      await this.#sink.publish(event, this.#signal);
    } finally {
      this.inFlight -= 1;
      this.#wake();
    }
  }

  async #finish(before: Promise<unknown>, kept: Promise<void>[], acknowledge: () => void, whole: boolean) {
    const results = await Promise.allSettled([before, ...kept]);
    this.frames -= 1;
    this.#wake();
    const failed = results.find((result) => result.status === 'rejected');
    // Not kept means not acknowledged, and neither are the frames after it; the room sends them again.
    if (failed || !whole || this.#gaveUp) {
      this.#gaveUp = true;
      return;
    }
    acknowledge();
  }

  async #until(is: () => boolean): Promise<void> {
    while (!is()) {
      this.#signal.throwIfAborted();
      await this.#changed.promise;
    }
    this.#signal.throwIfAborted();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
