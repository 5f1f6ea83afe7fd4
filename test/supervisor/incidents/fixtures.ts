import type { Order } from '../../../supervisor/incidents/incident-record.ts';
import { IncidentDesk } from '../../../supervisor/incidents/incident-desk.ts';
import type { Health, Playbook } from '../../../supervisor/incidents/playbook.ts';
import { playbooks } from '../../../supervisor/incidents/playbooks.ts';
import type { Signal, SignalKind } from '../../../supervisor/incidents/signal.ts';

export const startAt = 1_800_000_000_000;

/** A desk with a virtual clock, ticked as the supervisor does: after each signal and several times a second. Milliseconds after the start. */
export class DeskRun {
  readonly desk: IncidentDesk;
  readonly orders: Order[] = [];
  now = 0;
  readonly #health = new Map<string, Health>();

  constructor(options: { playbooks?: Playbook[]; maxOpen?: number; maxHistory?: number } = {}) {
    this.desk = new IncidentDesk({ playbooks, maxOpen: 40, maxHistory: 50, ...options });
  }

  signal(component: string, kind: SignalKind, more: Partial<Signal> = {}): Order[] {
    const at = startAt + this.now;
    const orders = this.#keep(this.desk.note({ at, component, child: '', kind, detail: '', ...more }));
    return [...orders, ...this.tick()];
  }

  health(component: string, health: Health): void {
    this.#health.set(component, health);
    this.tick();
  }

  allWell(): void {
    this.#health.clear();
    this.tick();
  }

  tick(): Order[] {
    const look = (component: string) => this.#health.get(component) ?? 'well';
    return this.#keep(this.desk.tick(startAt + this.now, look));
  }

  pass(ms: number, stepMs = 100): Order[] {
    const orders: Order[] = [];
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + stepMs);
      orders.push(...this.tick());
    }
    return orders;
  }

  get actions(): string[] {
    return this.orders.flatMap((order) => (order.kind === 'act' ? [order.action] : []));
  }

  /** Of all messages to people. */
  get levels(): string[] {
    return this.orders.flatMap((order) => (order.kind === 'tell' ? [order.level] : []));
  }

  #keep(orders: Order[]): Order[] {
    this.orders.push(...orders);
    return orders;
  }
}
