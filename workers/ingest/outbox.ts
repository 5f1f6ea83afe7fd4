import type { LiveEvent } from '../../protocol/event.ts';
import type { BusPresence } from './bus-presence.ts';
import { coalesce, coalescedKinds, maxCoalesced } from './coalesce.ts';
import type { EventSink } from './frame-publisher.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalEntry } from './journal/journal-options.ts';

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
  /** Of likes, and of enters, so many wait one by one; what comes beyond is merged into one of them. */
  coalesceAbove?: number;
  /** An event goes as part of another from now on. */
  onCoalesced?: () => void;
}

/** Publishes that were begun together. The first shows whether the bus takes anything; the others follow it. */
interface Wave {
  stop: AbortController;
  inFlight: number;
  isProven: boolean;
}

interface Item {
  event: LiveEvent;
  /** It was put out, or is being written: what it says is settled. */
  isFixed: boolean;
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
 * Where a burst of likes or enters waits, what comes beyond it is merged. A journal that is full sheds what nobody paid for; when that
 * is not enough, or the disk is full, nothing is kept and so nothing is acknowledged: the room holds it, and sends it again.
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
  #change = Promise.withResolvers<void>();

  constructor(options: OutboxOptions) {
    this.#options = {
      patienceMs: 1_000,
      maxInFlight: 32,
      coalesceAbove: Infinity,
      onCoalesced: () => undefined,
      ...options,
    };
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
    const burst = this.#burstOf(event);
    if (burst) {
      burst.event = coalesce(burst.event, event);
      this.#options.onCoalesced();
      return await burst.kept.promise;
    }
    const kept = Promise.withResolvers<void>();
    const item = { event, isFixed: false, sentIn: undefined, isDone: false, since: performance.now(), kept };
    this.#waiting.push(item);
    this.#advance();
    await kept.promise;
  }

  /** Something may have changed that it was not told of. */
  look(): void {
    this.#advance();
  }

  /** The event that takes this one in: the newest of its kind, when more than enough of them wait and have not been put out. */
  #burstOf({ kind }: LiveEvent): Waiting | undefined {
    const { coalesceAbove } = this.#options;
    if (this.#waiting.length < coalesceAbove || !coalescedKinds.has(kind)) return undefined;
    const open = this.#waiting.filter(({ event, isFixed }) => event.kind === kind && !isFixed);
    const newest = open.at(-1);
    if (!newest || open.length < coalesceAbove) return undefined;
    return (newest.event.coalesced?.length ?? 0) < maxCoalesced ? newest : undefined;
  }

  /** Returns once everything, the journal too, is on the bus, or the signal says stop. */
  async untilEmpty(signal: AbortSignal): Promise<void> {
    const stop = () => this.#change.resolve();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted && !this.#isClosed && !this.#isEmpty) await this.#change.promise;
    signal.removeEventListener('abort', stop);
  }

  get #isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#ahead.length === 0 && this.#options.journal.isEmpty;
  }

  /** What is not kept by then is given up; what is in the journal stays there for a successor. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#presence[Symbol.dispose]();
    this.#options.signal.removeEventListener('abort', this.#onStop);
    clearTimeout(this.#timer);
    this.#giveUp(new Error('The outbox is closed'));
    this.#change.resolve();
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
    this.#change.resolve();
    this.#change = Promise.withResolvers();
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
    item.isFixed = true;
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
      for (const item of batch) item.isFixed = true;
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
        this.#ahead.push({ event: entry.event, isFixed: true, sentIn: undefined, isDone: false, entry });
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
