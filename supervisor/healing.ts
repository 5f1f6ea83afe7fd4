import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { IncidentFigures } from './incidents/incident-figures.ts';
import { incidentFigures } from './incidents/incident-figures.ts';
import { IncidentDesk } from './incidents/incident-desk.ts';
import type { IncidentRecord, Order } from './incidents/incident-record.ts';
import type { ActionName, Health } from './incidents/playbook.ts';
import { playbooks } from './incidents/playbooks.ts';
import type { Signal } from './incidents/signal.ts';

export interface HealingOptions {
  home: string;
  log: Logger;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  /** Does what a playbook says; never throws. */
  act: (action: ActionName, component: string, incident: string) => void;
  /** Tells the bus; dropped while it is away. */
  publish: (record: IncidentRecord) => void;
  health: (component: string) => Health;
}

/** One record a line; the latest line of an id is how it stands. */
export const incidentsFile = (home: string): string => join(home, 'log', 'incidents.ndjson');

const maxFileBytes = 20_000_000;

/** The incident desk and its surroundings: records to a file and the bus, actions to who can do them, words to people. */
export class Healing {
  readonly #options: HealingOptions;
  readonly #desk = new IncidentDesk({ playbooks, maxOpen: 256, maxHistory: 200 });

  constructor(options: HealingOptions) {
    this.#options = options;
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
  }

  /** Several times a second; unix milliseconds. */
  tick(now: number): void {
    this.#follow(this.#desk.tick(now, this.#options.health));
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
    const file = incidentsFile(this.#options.home);
    try {
      const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > maxFileBytes) renameSync(file, `${file}.1`);
      appendFileSync(file, `${JSON.stringify(record)}\n`);
    } catch (error) {
      // A full disk must not end the show; the record is also on the bus and in memory.
      this.#options.log.error({ err: error, incident: record.id }, 'incident not written');
    }
  }
}
