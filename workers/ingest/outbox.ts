import type { LiveEvent } from '../../protocol/event.ts';
import type { BusPresence } from './bus-presence.ts';
import type { EventSink } from './frame-publisher.ts';
import type { Journal, JournalEntry } from './journal/journal.ts';

export interface OutboxOptions {
  /** Brings one event to the bus; rejects only when its signal says stop. */
  sink: EventSink;
  presence: Pick<BusPresence, 'isAway' | 'onChange'>;
  journal: Pick<Journal, 'append' | 'next' | 'flushed' | 'unflushed' | 'isEmpty' | 'hasMore'>;
  /** Returns once something may be written on behalf of this worker. */
  certain: () => Promise<void>;
  /** Means: nothing more can be kept. */
  signal: AbortSignal;
  onJournalled: (events: number) => void;
  onFlushed: (events: number) => void;
  /** The journal took nothing; it is tried again. Until it or the bus does, the room is not acknowledged. */
  onRefused: (error: unknown) => void;
  /** How long an event waits for the bus before it goes into the journal. */
  patienceMs?: number;
  maxInFlight?: number;
}

/** Publishes that were begun together. The first shows whether the bus takes anything; the others follow it. */
interface Wave {
  stop: AbortController;
  inFlight: number;
  isProven: boolean;
}

interface Item {
  event: LiveEvent;
  sentIn: Wave | undefined;
  isDone: boolean;
}
type Waiting = Item & { since: number; kept: PromiseWithResolvers<void> };
type Journalled = Item & { entry: JournalEntry };

const readAhead = 256;
const retryMs = 1_000;

/**
 * Keeps the events of one room, in their order: on the bus, or, when an event has waited for that too long, in the journal on the
 * disk, from where they go to the bus before anything newer as soon as it takes them.
 *
 * When the bus is lost, whatever was under way is begun again from the oldest on, so that the order survives; what had arrived all
 * the same is a repeat, which the bus knows by its id. While the journal is being flushed, new events are still journalled until few are left; then
 * they wait for the rest.
 *
 * When the journal is full, or the disk, nothing is kept and so nothing is acknowledged: the room holds it, and sends it again.
 * Shedding the least worth instead would need an outcome for each, which this worker has no right to publish.
 */
export class Outbox implements EventSink, AsyncDisposable {
  readonly #options: Required<OutboxOptions>;
  readonly #presence: Disposable;
  /** Not kept yet, oldest first. */
  readonly #waiting: Waiting[] = [];
  /** Read from the journal and not flushed yet, oldest first. */
  readonly #ahead: Journalled[] = [];
  #wave: Wave;
  #timer: NodeJS.Timeout | undefined;
  #appending: Promise<void> | undefined;
  #filling: Promise<void> | undefined;
  #retryAt = 0;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = { patienceMs: 1_000, maxInFlight: 32, ...options };
    this.#wave = newWave();
    this.#presence = options.presence.onChange(() => this.#onBus());
    options.signal.addEventListener('abort', this.#onStop, { once: true });
    this.#advance();
  }

  /** Resolves once the event is kept for good; rejects when the outbox is stopped before. */
  async publish(event: LiveEvent): Promise<void> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    if (this.#isClosed) throw new Error('The outbox is closed');
    const kept = Promise.withResolvers<void>();
    this.#waiting.push({ event, sentIn: undefined, isDone: false, since: performance.now(), kept });
    this.#advance();
    await kept.promise;
  }

  /** What is not kept by then is given up; what is in the journal stays there for a successor. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#presence[Symbol.dispose]();
    this.#options.signal.removeEventListener('abort', this.#onStop);
    clearTimeout(this.#timer);
    this.#giveUp(new Error('The outbox is closed'));
    await Promise.all([this.#appending, this.#filling]);
  }

  #onStop = (): void => this.#giveUp(this.#options.signal.reason);

  #giveUp(reason: unknown): void {
    this.#wave.stop.abort(reason);
    for (const { kept } of this.#waiting.splice(0)) kept.reject(reason as Error);
  }

  #onBus(): void {
    if (this.#options.presence.isAway) this.#beginAgain();
    this.#advance();
  }

  /** What is under way is on its own; if it arrives, the better. */
  #beginAgain(): void {
    const { signal } = this.#options;
    this.#wave.stop.abort(signal.aborted ? signal.reason : new Error('The bus is away'));
    this.#wave = newWave();
  }

  /** Does whatever can be done now. Called after every change. */
  #advance(): void {
    const { presence, journal, signal, maxInFlight } = this.#options;
    if (this.#isClosed || signal.aborted) return;
    this.#considerJournal();
    if (journal.hasMore && this.#ahead.length < readAhead / 2) this.#filling ??= this.#fill();
    if (presence.isAway) return;
    const isFlushing = this.#ahead.length > 0 || !journal.isEmpty;
    if (!isFlushing && this.#appending) return;
    const wave = this.#wave;
    for (const item of isFlushing ? this.#ahead : this.#waiting) {
      if (wave.inFlight >= (wave.isProven ? maxInFlight : 1)) break;
      if (item.sentIn !== wave && !item.isDone) void this.#send(item, wave);
    }
  }

  async #send(item: Waiting | Journalled, wave: Wave): Promise<void> {
    item.sentIn = wave;
    wave.inFlight += 1;
    try {
      await this.#options.sink.publish(item.event, wave.stop.signal);
    } catch {
      // Its wave was stopped: it goes again with the next one, or its owner was told.
      return;
    } finally {
      wave.inFlight -= 1;
    }
    wave.isProven = true;
    if (!item.isDone) this.#settle(item);
    this.#advance();
  }

  #settle(item: Waiting | Journalled): void {
    item.isDone = true;
    if ('kept' in item) {
      const at = this.#waiting.indexOf(item);
      if (at >= 0) this.#waiting.splice(at, 1);
      item.kept.resolve();
      return;
    }
    for (let first = this.#ahead[0]; first?.isDone; first = this.#ahead[0]) {
      this.#ahead.shift();
      this.#options.journal.flushed(first.entry);
      this.#options.onFlushed(1);
    }
  }

  /** The events that wait go into the journal: all of them, when the oldest has waited too long or the journal is ahead of them anyway. */
  #considerJournal(): void {
    const { journal, patienceMs } = this.#options;
    const [oldest] = this.#waiting;
    if (!oldest || this.#appending) return;
    const isAhead = !journal.isEmpty && (!this.#wave.isProven || journal.unflushed > readAhead);
    const now = performance.now();
    const dueAt = Math.max(isAhead ? now : oldest.since + patienceMs, this.#retryAt);
    const leftMs = dueAt - now;
    if (leftMs <= 0) this.#appending = this.#append();
    else this.#timer ??= this.#wakeIn(leftMs);
  }

  #wakeIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = undefined;
      this.#advance();
    }, Math.ceil(ms));
  }

  async #append(): Promise<void> {
    const { journal, certain, onJournalled, onRefused } = this.#options;
    // Later than its caller, which has to know of it.
    await Promise.resolve();
    try {
      await certain();
      const batch = [...this.#waiting];
      if (batch.some(({ sentIn }) => sentIn === this.#wave)) this.#beginAgain();
      await journal.append(batch.map(({ event }) => event));
      onJournalled(batch.length);
      for (const item of batch) if (!item.isDone) this.#settle(item);
    } catch (error) {
      if (this.#isClosed || this.#options.signal.aborted) return;
      onRefused(error);
      this.#retryAt = performance.now() + retryMs;
    } finally {
      this.#appending = undefined;
    }
    this.#advance();
  }

  async #fill(): Promise<void> {
    const { journal } = this.#options;
    await Promise.resolve();
    try {
      const entries = await journal.next(readAhead - this.#ahead.length);
      for (const entry of entries) {
        this.#ahead.push({ event: entry.event, sentIn: undefined, isDone: false, entry });
      }
    } finally {
      this.#filling = undefined;
    }
    this.#advance();
  }
}

function newWave(): Wave {
  return { stop: new AbortController(), inFlight: 0, isProven: false };
}
