import type { Logger } from 'pino';
import { encode } from '../protocol/codec.ts';
import { describeFailure } from '../protocol/failure.ts';
import type { ChildReport } from '../protocol/ipc.ts';
import { incidentSubject } from '../protocol/subjects.ts';
import type { BusLink } from './bus-link.ts';
import type { ChildRecord, LifeEvent } from './child-record.ts';
import type { Crew } from './crew.ts';
import type { BusConnection } from './connection-cutter.ts';
import { DeadLetters } from './dead-letters.ts';
import { HeldByChild } from './held-by-child.ts';
import { incidentMessage } from './incidents/incident-message.ts';
import type { IncidentRecord } from './incidents/incident-record.ts';
import { roomSignals } from './incidents/signal.ts';
import type { Signal } from './incidents/signal.ts';
import type { RosterState } from './roster-state.ts';
import { childrenOf, isActive } from './roster-state.ts';
import { unixNow } from './unix-now.ts';

export interface ConversationOptions {
  state: RosterState;
  crew: Crew;
  bus: BusLink;
  log: Logger;
  say: (line: string) => void;
  tell: (child: ChildRecord, event: LifeEvent) => void;
  signal: (signal: Signal) => void;
}

/** Workers have to know that a message is poison before they are given it again. */
const poisonLeadMs = 100;
/** After those who work, spares may look for the bus. */
const sparesWaitMs = 100;
/** While the dead worker's connection is not closed, each second one goes to it: a few are tried often, until one has come through. */
const trial = { most: 8, times: 8, everyMs: 5 };
const giveBackPausesMs = [10, 20, 40, 80, 160, 320, 640];
/** Once somebody takes them, the others are on their way to it: given back again, each would come twice. */
const restPausesMs = [1_000, 2_000];
/** Its successor has what is known of by then; to find out the rest takes this process a while. */
const unheardAfterMs = 50;

/** What children say, and what becomes of the messages that they held when they ended. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #held = new HeldByChild();
  readonly #letters: DeadLetters;
  readonly #counters = new Map<string, Record<string, number>>();
  /** Children that died, until they are gone. */
  readonly #bereft = new Map<string, ChildRecord>();
  /** Of each child, the latest. */
  readonly #connections = new Map<string, BusConnection & { generation: number }>();

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { bus, log } = options;
    this.#letters = new DeadLetters({ connection: () => bus.connection, log });
  }

  get poison(): string[] {
    return this.#held.poison;
  }

  countersOf(id: string): Record<string, number> {
    return this.#counters.get(id) ?? {};
  }

  receive(child: ChildRecord, report: ChildReport): void {
    const { state, crew, log, say, tell } = this.#options;
    const { id, generation } = child;
    const current = state.children.get(id);
    if (current?.generation !== generation) return;
    switch (report.kind) {
      case 'registered':
      case 'started':
      case 'yielded':
        return tell(child, { kind: report.kind });
      case 'initialised':
        return tell(child, report);
      case 'heartbeat': {
        const { inFlight, loopDelayMs, lastProgressAt, connected } = report;
        const counters = this.#counters.get(id) ?? {};
        this.#counters.set(id, Object.assign(counters, report.counters, { inFlight, loopDelayMs }));
        return tell(child, {
          kind: 'heartbeat',
          inFlight,
          lastProgressAt,
          connected,
          busReady: state.busReady,
        });
      }
      case 'notice':
        log[report.level]({ child: id, notice: report.text }, 'notice');
        return say(report.level === 'warn' ? `${id}: warning: ${report.text}` : `${id}: ${report.text}`);
      case 'trouble': {
        const { room, topic, level, text } = report;
        return this.#options.signal({
          at: unixNow(),
          component: `${topic === 'sound' ? 'sound' : 'room'}:${room}`,
          child: id,
          kind: roomSignals[topic][level],
          detail: text,
        });
      }
      case 'failed':
        log.error({ child: id, failure: report.failure }, 'child failed');
        return say(`${id}: ${describeFailure(report.failure)}`);
      case 'bus-connection':
        this.#connections.set(id, { generation, server: report.server, client: report.client });
        return;
      case 'took':
        return this.#took(current, report.acks);
      case 'settled':
        return this.#held.settled(id, report.acks);
      case 'treating':
        return this.#held.treating(id, report.acks);
      case 'doubt':
        // Only who still has this duty may go on; another one is about to be ended.
        if (current.duty?.epoch === report.epoch && current.life.name !== 'ending')
          crew.send(id, { kind: 'confirmed', epoch: report.epoch });
        return;
      case 'drained':
        return;
    }
  }

  /** Its process has ended, and this is how it was before: what it held goes to others, unless it died of it. */
  ended(child: ChildRecord): void {
    const { crew } = this.#options;
    const died = child.life.name !== 'draining' && !child.leaving;
    const { acks, poison } = this.#held.release(child.id, { died, now: performance.now() });
    const connection = this.#connections.get(child.id);
    this.#counters.delete(child.id);
    this.#connections.delete(child.id);
    const harmless = acks.filter((ack) => !poison.includes(ack));
    if (died) {
      this.#bereft.set(child.id, child);
      // Who holds a place is gone by now, and its connection with it.
      if (connection?.generation === child.generation && !child.spec.holdsPlace)
        void this.#cut(child, connection, harmless);
    }
    this.#giveBack(harmless);
    if (poison.length === 0) return;
    crew.sendToAll({ kind: 'poison', keys: this.poison });
    const reason = `two workers ended with it in hand, the last one: ${child.id}`;
    for (const ack of poison) void this.#letters.keep(ack, reason);
    setTimeout(() => this.#giveBack(poison), poisonLeadMs);
    this.#signal(child, 'poisoned', `${poison.length} messages`);
  }

  /**
   * What it had open is closed. Until then the bus went on giving to it what its last request allowed, also of what was given back.
   */
  gone({ id, generation }: ChildRecord): void {
    const child = this.#bereft.get(id);
    if (child?.generation !== generation) return;
    this.#bereft.delete(id);
    setTimeout(() => void this.#giveBackUnheard(child), unheardAfterMs).unref();
  }

  /** Its connection would be given messages for as long as it is open: what was given back, by turns with the successor. */
  async #cut(child: ChildRecord, connection: BusConnection, acks: string[]): Promise<void> {
    if (!(await this.#options.bus.cut(connection))) return;
    // It may have been given them once more until now.
    this.#options.bus.handOver(this.#held.untaken(acks));
    this.gone(child);
  }

  /** Those who work first: all at once would wait for each other. */
  busIsUp(): void {
    const { bus, crew, state } = this.#options;
    const tell = (isWanted: (child: ChildRecord) => boolean) => {
      for (const child of state.children.values())
        if (isWanted(child)) crew.send(child.id, { kind: 'bus-up', servers: bus.servers });
    };
    tell(isActive);
    setTimeout(() => tell((child) => !isActive(child)), sparesWaitMs).unref();
  }

  publish(record: IncidentRecord): void {
    this.#options.bus.tell(incidentSubject, encode('incident', incidentMessage(record)));
  }

  /** Until somebody has taken them, who has to ask for them first. */
  #giveBack(acks: string[]): void {
    this.#options.bus.handOver(acks);
    if (acks.length > 0)
      this.#untilTaken(acks, [...Array<number>(trial.times).fill(trial.everyMs), ...giveBackPausesMs]);
  }

  #untilTaken(acks: string[], [pause, ...rest]: number[]): void {
    if (pause === undefined) return;
    setTimeout(() => {
      const untaken = this.#held.untaken(acks);
      if (untaken.length < acks.length) return this.#giveBackLater(untaken);
      const isTrial = rest.length >= giveBackPausesMs.length;
      this.#options.bus.handOver(isTrial ? acks.slice(0, trial.most) : acks);
      this.#untilTaken(acks, rest);
    }, pause).unref();
  }

  #giveBackLater(acks: string[], pauses: number[] = restPausesMs): void {
    const [pause, ...rest] = pauses;
    if (acks.length === 0 || pause === undefined) return;
    setTimeout(() => {
      const untaken = this.#held.untaken(acks);
      this.#options.bus.handOver(untaken);
      this.#giveBackLater(untaken, rest);
    }, pause).unref();
  }

  /**
   * What lay in the dead worker's socket, so that it never could say that it has it. Only where nobody else may have it, or where whoever
   * has it knows it when it comes again, because events of a room only ever go to one.
   */
  async #giveBackUnheard({ spec }: ChildRecord): Promise<void> {
    const { state, bus, log } = this.#options;
    if (!spec.exclusive && childrenOf(state, spec.id).filter(isActive).length > 1) return;
    try {
      const waiting = await bus.unacknowledged(spec.role, () => this.#held.acks);
      bus.handOver(waiting);
    } catch (err) {
      log.warn(
        { err, service: spec.id },
        'messages on their way to a dead worker come back after their ack wait',
      );
    }
  }

  #took(child: ChildRecord, acks: string[]): void {
    const takenOver = this.#held.took(child.id, acks, performance.now());
    if (takenOver.length === 0) return;
    const [soonest = 0, latest = 0] = [Math.min(...takenOver), Math.max(...takenOver)].map(round);
    this.#options.log.info(
      { child: child.id, messages: takenOver.length, soonestMs: soonest, latestMs: latest },
      'messages of a dead child taken over',
    );
    this.#signal(child, 'handed-over', `${takenOver.length} messages`, {
      soonestMs: soonest,
      latestMs: latest,
    });
  }

  #signal(
    { spec, id }: ChildRecord,
    kind: Signal['kind'],
    detail: string,
    figures?: Record<string, number>,
  ): void {
    this.#options.signal({
      at: unixNow(),
      component: spec.id,
      child: id,
      kind,
      detail,
      ...(figures ? { figures } : {}),
    });
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
