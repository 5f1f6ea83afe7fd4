import type { RoomStatus } from '../../protocol/room-status.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';
import type { ConnectionHistory, HistoryEvent } from './connection-history.ts';
import {
  combined,
  heldAfterMs,
  learnedWait,
  noHistory,
  qualityOf,
  remembered,
} from './connection-history.ts';
import type { ConnectionPolicy } from './connection-policy.ts';
import type { ConnectionEvent, ConnectionState, Transition } from './connection-state.ts';
import { initialConnection, levelOf, step, transitionOf } from './connection-state.ts';
import type { AttemptEnd, Trouble } from './reconnect.ts';
import { nextAttempt, noTrouble } from './reconnect.ts';

interface RoomConnectionOptions {
  room: string;
  policy: ConnectionPolicy;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Hears of each change of state. */
  onTransition?: (transition: Transition) => void;
  random?: () => number;
  /** Milliseconds of a clock that is never set back: a wait must not grow by an hour because somebody set the time. */
  now?: () => number;
}

const maxTransitions = 16;

/** The connection of one room: where it is, how it got there, when it is tried next, and what was learned. The shell around `step`. */
export class RoomConnection {
  reconnectCount = 0;
  readonly #options: Required<Pick<RoomConnectionOptions, 'random' | 'now'>> & RoomConnectionOptions;
  readonly #transitions: Transition[] = [];
  #state: ConnectionState;
  #history: ConnectionHistory;
  #trouble: Trouble = noTrouble;
  #countedUntil: number;
  #waitedMs = 0;
  #openedAt = 0;
  #isProved = false;
  #lastMessageAt = 0;
  #wake = new AbortController();

  constructor({ random = Math.random, now = steadyNow, ...options }: RoomConnectionOptions) {
    this.#options = { ...options, random, now };
    const at = now();
    this.#state = initialConnection(at, options.policy.floorMs);
    this.#history = noHistory(at);
    this.#countedUntil = at;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get trouble(): Trouble {
    return this.#trouble;
  }

  get history(): ConnectionHistory {
    this.#countTime();
    return this.#history;
  }

  /** What an earlier process has learned; may come when this one has learned something itself. */
  learn(earlier: ConnectionHistory): void {
    this.#history = combined(this.#history, earlier, this.#options.now());
  }

  /** Returns when it may be tried, or the signal says stop. */
  async untilDue(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = this.#state.dueAt - this.#options.now();
      if (waitMs <= 0 || signal.aborted) return;
      await delay(Math.ceil(waitMs), AbortSignal.any([signal, this.#wake.signal]));
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
    }
  }

  try(): void {
    this.#isProved = false;
    this.#change({ kind: 'try' });
  }

  opened(reason: string): void {
    if (this.#openedAt > 0) this.reconnectCount += 1;
    this.#openedAt = this.#options.now();
    this.#change({ kind: 'opened', reason });
    this.#learn({ kind: 'opened' });
  }

  /** A frame came; `isMessage`: with something that the room tells, at this moment (unix milliseconds). Called for each one: cheap. */
  heard(receivedAt: number, isMessage: boolean): void {
    if (isMessage) this.#lastMessageAt = receivedAt;
    if (this.#isProved) return;
    this.#isProved = true;
    this.#change({ kind: 'proved' });
    this.#learn({ kind: 'first-frame', afterMs: this.#options.now() - this.#openedAt });
  }

  /** What came of the attempt; returns the wait before the next one. */
  ended(end: AttemptEnd): number {
    const { policy, random } = this.#options;
    this.#countTime();
    this.#learnFrom(end);
    const learn = (waitMs: number, mostMs: number) => learnedWait(this.#history, waitMs, mostMs);
    const next = nextAttempt(this.#trouble, end, { policy, random: random(), learn });
    this.#trouble = next.trouble;
    const { waitMs } = next;
    switch (end.kind) {
      case 'lost':
      case 'failed':
        this.#change({ kind: 'trouble', class: end.class, reason: end.reason, waitMs, severe: false });
        break;
      case 'blocked': {
        const severe = next.trouble.blocks > 1;
        this.#change({ kind: 'trouble', class: 'refused', reason: end.reason, waitMs, severe });
        break;
      }
      case 'offline':
      case 'ended':
      case 'not-found':
        this.#change({ kind: 'absent', reason: end.reason, waitMs });
    }
    this.#waitedMs = Math.max(0, this.#state.dueAt - this.#options.now());
    return waitMs;
  }

  /** Something changed for the better: it is tried as soon as the least time between two attempts has passed. */
  hurry(reason: string): void {
    this.#trouble = { ...this.#trouble, blocks: 0 };
    this.#change({ kind: 'hurry', reason });
    this.#wake.abort();
  }

  close(reason: string): void {
    this.#change({ kind: 'close', reason });
  }

  /** Its part of the room's status. */
  describe(): Pick<
    RoomStatus,
    | 'state'
    | 'since'
    | 'reason'
    | 'active'
    | 'reconnectCount'
    | 'lastMessageAt'
    | 'shouldReconnect'
    | 'nextTryAt'
    | 'quality'
    | 'transitions'
  > {
    const { name, since, reason, activity, dueAt } = this.#state;
    // People read times of the wall's clock.
    const offset = Date.now() - this.#options.now();
    const wall = (at: number) => Math.round(at + offset);
    return {
      state: name,
      since: wall(since),
      reason,
      active: activity === 'open',
      reconnectCount: this.reconnectCount,
      lastMessageAt: this.#lastMessageAt,
      shouldReconnect: name !== 'closed',
      nextTryAt: activity === 'waiting' ? wall(dueAt) : 0,
      quality: qualityOf(this.history),
      transitions: this.#transitions.map((transition) => ({ ...transition, at: wall(transition.at) })),
    };
  }

  /** The one place where the state changes: the log is its history. */
  #change(event: ConnectionEvent): void {
    this.#countTime();
    const before = this.#state;
    this.#state = step(before, event, this.#options.now());
    const transition = transitionOf(before, this.#state, event);
    if (!transition) return;
    this.#transitions.push(transition);
    if (this.#transitions.length > maxTransitions) this.#transitions.shift();
    const { from, to, reason, class: cause, attempt } = transition;
    const { room, log, onTransition } = this.#options;
    log[levelOf(transition)]({ room, from, to, reason, class: cause, attempt }, 'room connection');
    onTransition?.(transition);
  }

  #learnFrom(end: AttemptEnd): void {
    const lost = end.kind === 'lost';
    const wasOpen = this.#state.activity === 'open';
    const isHeld = wasOpen && this.#options.now() - this.#openedAt >= heldAfterMs;
    // Whether a wait was long enough is no question where waiting does not help.
    if (end.kind !== 'blocked' && !(lost && end.renewed))
      this.#learn({
        kind: 'tried',
        waitMs: this.#waitedMs,
        held: isHeld || !(lost || end.kind === 'failed'),
      });
    if (end.kind === 'blocked') this.#learn({ kind: 'refusal' });
    if (lost && !end.renewed) this.#learn({ kind: end.silent ? 'silence' : 'drop' });
  }

  #learn(event: HistoryEvent): void {
    this.#history = remembered(this.#history, event, this.#options.now());
  }

  #countTime(): void {
    const now = this.#options.now();
    const { name, activity } = this.#state;
    const ms = now - this.#countedUntil;
    this.#countedUntil = now;
    if (name === 'disconnected' || name === 'closed' || ms <= 0) return;
    this.#learn({ kind: 'time', ms, up: activity === 'open' });
  }
}

const steadyNow = (): number => performance.timeOrigin + performance.now();
