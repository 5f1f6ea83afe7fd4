import type { Logger } from 'pino';
import { appendIncident } from './incident-file.ts';
import { cutOff } from './incidents/cut-off.ts';
import type { IncidentFigures } from './incidents/incident-figures.ts';
import { incidentFigures } from './incidents/incident-figures.ts';
import { IncidentDesk } from './incidents/incident-desk.ts';
import type { IncidentRecord, Order } from './incidents/incident-record.ts';
import type { ActionName, Health } from './incidents/playbook.ts';
import { playbooks } from './incidents/playbooks.ts';
import type { Signal } from './incidents/signal.ts';
import type { LastRun } from './last-run.ts';

export { incidentsFile } from './incident-file.ts';

export interface HealingOptions {
  home: string;
  lastRun: LastRun;
  log: Logger;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  /** Does what a playbook says; never throws. */
  act: (action: ActionName, component: string, incident: string) => void;
  /** Tells the bus; dropped while it is away. */
  publish: (record: IncidentRecord) => void;
  health: (component: string) => Health;
  /** Those of the configuration that is in force. */
  rooms: () => string[];
}

/** The incident desk and its surroundings: records to a file and the bus, actions to who can do them, words to people. */
export class Healing {
  readonly #options: HealingOptions;
  readonly #desk = new IncidentDesk({ playbooks, maxOpen: 256, maxHistory: 200 });
  /** Of the last run; for when all works, as what is open then was told when there was no bus. */
  #unpublished: IncidentRecord[] = [];

  /** Incidents that the last run had open are closed: what is still wrong is noticed anew. */
  constructor(options: HealingOptions) {
    this.#options = options;
    const { openIncidents, signals } = options.lastRun;
    for (const record of openIncidents) {
      const closed = cutOff(record, saysOf(record), Date.now());
      this.#unpublished.push(closed);
      this.#keep(closed);
    }
    for (const signal of signals) this.note(signal);
  }

  get open(): IncidentRecord[] {
    return this.#desk.open;
  }

  get recent(): IncidentRecord[] {
    return this.#desk.recent;
  }

  figures(since: number, now: number): IncidentFigures {
    return incidentFigures({ incidents: [...this.#desk.recent, ...this.#desk.open], since, now });
  }

  note(signal: Signal): void {
    this.#options.log.debug({ signal }, 'signal');
    this.#follow(this.#desk.note(signal));
    if (signal.kind === 'reload-done') this.#leaveRooms(signal.at);
    if (signal.kind !== 'on-air') return;
    for (const record of [...this.#unpublished.splice(0), ...this.open]) this.#options.publish(record);
  }

  /** Several times a second; unix milliseconds. */
  tick(now: number): void {
    this.#follow(this.#desk.tick(now, this.#options.health));
  }

  /** Of a room that is hosted no more, nobody would ever tell that nothing is wrong with it. */
  #leaveRooms(at: number): void {
    const rooms = new Set(this.#options.rooms());
    for (const { component, problem } of this.#desk.open) {
      const [, room] = /^(?:room|sound):(.*)$/s.exec(component) ?? [];
      if (room === undefined || rooms.has(room)) continue;
      const detail = 'it is hosted no more';
      for (const kind of playbooks.find((playbook) => playbook.problem === problem)?.closeWhen.signs ?? [])
        this.#follow(this.#desk.note({ at, component, child: '', kind, detail }));
    }
  }

  #follow(orders: Order[]): void {
    const { act, say, publish, log } = this.#options;
    for (const order of orders) {
      switch (order.kind) {
        case 'act':
          if (order.action !== 'none') {
            const { incident, component, action } = order;
            log.warn({ incident, component, action }, 'playbook acts');
            act(action, component, incident);
          }
          break;
        case 'tell':
          say(`${order.level}: ${order.text}`);
          break;
        case 'record':
          this.#keep(order.incident);
          publish(order.incident);
      }
    }
  }

  #keep(record: IncidentRecord): void {
    try {
      appendIncident(this.#options.home, record);
    } catch (error) {
      // A full disk must not end the show; the record is also on the bus and in memory.
      this.#options.log.error({ err: error, incident: record.id }, 'incident not written');
    }
  }
}

function saysOf({ problem }: IncidentRecord): string {
  return playbooks.find((playbook) => playbook.problem === problem)?.says ?? problem;
}
