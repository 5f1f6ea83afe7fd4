import { AlertBook, alertKey } from './alert-book.ts';
import { causeRules } from './cause-rules.ts';
import type { Change, FindCause, Incident } from './incident-state.ts';
import { advance, again, forgive, open, reopen, witness } from './incident.ts';
import type { IncidentRecord, Order } from './incident-record.ts';
import type { ActionName, Health, Playbook } from './playbook.ts';
import { checkPlaybooks, playbookFor, restartedByPlaybook, sharedActions } from './playbook.ts';
import { isPast, probableCause } from './probable-cause.ts';
import { RecentSignals } from './recent-signals.ts';
import type { Signal } from './signal.ts';

export interface IncidentDeskOptions {
  playbooks: Playbook[];
  /** Open incidents at once; a quarter of them is kept for critical problems. */
  maxOpen: number;
  /** Closed incidents that are remembered. */
  maxHistory: number;
}

/** A problem that returns within this time after its end continues the old incident; milliseconds. */
const reopenWithinMs = 60_000;

interface Entry {
  incident: Incident;
  alert: string;
}

/**
 * Turns what the supervisor saw into incidents, and incidents into actions, one at a time, until one has proved to work. It has no
 * clock and does nothing itself: what it returns is to be done, and what it is told is what it knows.
 */
export class IncidentDesk {
  readonly #options: IncidentDeskOptions;
  readonly #signals = new RecentSignals();
  readonly #alerts = new AlertBook();
  /** By component and family, which is why there are never two. */
  readonly #open = new Map<string, Entry>();
  /** Closed, oldest first. */
  readonly #closed: Entry[] = [];
  readonly #findCause: FindCause = (symptoms) => probableCause(causeRules, symptoms, this.#signals.all);
  #sequence = 0;
  #omitted = 0;

  /** Throws a RangeError when the playbooks contradict each other. */
  constructor(options: IncidentDeskOptions) {
    checkPlaybooks(options.playbooks);
    this.#options = options;
  }

  note(signal: Signal): Order[] {
    this.#signals.add(signal);
    if (signal.kind === 'supervisor-late' || signal.kind === 'clock-jumped') this.#forgive(signal);
    const playbook = this.#isWanted(signal) ? undefined : playbookFor(this.#options.playbooks, signal);
    const key = playbook ? keyOf(signal.component, playbook.family) : '';
    for (const [other, entry] of this.#open) {
      if (other !== key && entry.incident.record.component === signal.component)
        this.#keep(entry, witness(entry.incident, signal));
    }
    if (!playbook) return [];
    const known = this.#open.get(key);
    if (known)
      return this.#apply(key, known, again(known.incident, signal, playbook, this.#findCause), signal.at);
    return this.#openOrReopen(key, signal, playbook);
  }

  /** To be called several times a second and after each signal; `health` tells how a component is now (`well` when it is not known). */
  tick(now: number, health: (component: string) => Health): Order[] {
    const orders: Order[] = [];
    for (const [key, entry] of this.#open) {
      const { component } = entry.incident.record;
      const change = advance(entry.incident, now, health(component), this.#findCause);
      orders.push(...this.#apply(key, entry, change, now));
    }
    orders.push(...this.#alerts.due(now));
    return orders;
  }

  /** Oldest first. */
  get open(): IncidentRecord[] {
    return [...this.#open.values()].map(({ incident }) => incident.record);
  }

  /** Closed ones, newest first, at most `maxHistory`. */
  get recent(): IncidentRecord[] {
    return this.#closed.map(({ incident }) => incident.record).reverse();
  }

  /** Problems that got no incident because too many were open. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Whether a process ended because it was retired, or because an action of ours restarts it: no fault either way. */
  #isWanted(signal: Signal): boolean {
    if (signal.kind !== 'exited') return false;
    return this.#signals.isPlannedEnd(signal) || signal.detail.includes(restartedByPlaybook);
  }

  #openOrReopen(key: string, signal: Signal, playbook: Playbook): Order[] {
    const { maxOpen } = this.#options;
    const room = playbook.severity === 'critical' ? maxOpen : Math.ceil(maxOpen * 0.75);
    if (this.#open.size >= room) {
      this.#omitted++;
      return [];
    }
    const index = this.#closed.findLastIndex(({ incident: { record, playbook: its } }) => {
      const { component, closedAt, probableCause: cause } = record;
      const isSame = keyOf(component, its.family) === key;
      // A lesser problem after a graver one is another story, and has other actions.
      const goesOn = its.problem === playbook.problem || playbook.rank > its.rank;
      if (!isSame || !goesOn || signal.at - (closedAt ?? 0) >= reopenWithinMs) return false;
      // And so is one whose cause, elsewhere, is over.
      return cause.component === component || !isPast(causeRules, cause, this.#signals.all, signal);
    });
    const [back] = index < 0 ? [] : this.#closed.splice(index, 1);
    const change = back
      ? reopen(back.incident, signal, playbook, this.#findCause)
      : open(this.#nextId(signal.at), signal, playbook, this.#findCause);
    const { record } = change.incident;
    const entry: Entry = {
      incident: change.incident,
      alert: back?.alert ?? alertKey(record, playbook.family),
    };
    this.#open.set(key, entry);
    const orders = this.#apply(key, entry, change, signal.at);
    return [...orders, ...this.#alerts.raise(entry.alert, record, signal.at)];
  }

  /** The one place where an incident changes, is recorded, and has its effects. */
  #apply(key: string, entry: Entry, { incident, begun, important }: Change, now: number): Order[] {
    const before = entry.incident.record;
    const { record } = incident;
    this.#keep(entry, incident);
    if (!important) return [];
    const orders: Order[] = [{ kind: 'record', incident: record }];
    if (begun !== null && this.#isToBeOrdered(begun, key))
      orders.push({ kind: 'act', incident: record.id, component: record.component, action: begun });
    if (record.state === 'resolved') {
      this.#open.delete(key);
      this.#closed.push(entry);
      if (this.#closed.length > this.#options.maxHistory) this.#closed.shift();
      return [...orders, ...this.#alerts.settle(entry.alert, record, now)];
    }
    if (begun === 'tell-people') orders.push(...this.#alerts.urge(entry.alert, record, now));
    else if (record.severity !== before.severity)
      orders.push(...this.#alerts.raise(entry.alert, record, now));
    return orders;
  }

  #isToBeOrdered(action: ActionName, key: string): boolean {
    if (action === 'none' || action === 'tell-people') return false;
    const others = [...this.#open].filter(([other]) => other !== key);
    return !(
      sharedActions.has(action) &&
      others.some(([, { incident }]) => {
        const last = incident.record.actions.at(-1);
        return last?.action === action && last.outcome === 'pending';
      })
    );
  }

  #keep(entry: Entry, incident: Incident): void {
    entry.incident = incident;
    this.#alerts.update(entry.alert, incident.record);
  }

  #forgive(signal: Signal): void {
    for (const entry of this.#open.values()) this.#keep(entry, forgive(entry.incident, signal));
  }

  #nextId(at: number): string {
    this.#sequence++;
    return `${Math.floor(at).toString(36)}-${this.#sequence.toString(36)}`;
  }
}

const keyOf = (component: string, family: string): string => `${component} ${family}`;
