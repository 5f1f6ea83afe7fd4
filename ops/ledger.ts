import type { EventKind, LiveEvent } from '../protocol/event.ts';
import { eventKinds, isPaid } from '../protocol/event.ts';
import type { Outcome, OutcomeKind } from '../protocol/speech.ts';
import { outcomeKinds } from '../protocol/speech.ts';

export interface LedgerRow {
  kind: EventKind;
  events: number;
  outcomes: Partial<Record<OutcomeKind, number>>;
  open: number;
}

/** Events in against outcomes out. */
export interface Balance {
  events: number;
  outcomes: number;
  /** No outcome yet, and still to come: on the way while on air, or unacknowledged on the bus, where the next start finds it. */
  open: number;
  /** No outcome, and none will come. */
  lost: number;
  /** More than one outcome. */
  twice: number;
  /** Among the events: those that never came as far as the bus, with their outcomes. */
  shedBeforeBus: number;
  /** Not among the events: those of bursts that an event on the bus stands for. */
  coalesced: number;
  /** Idle utterances heard. */
  aired: number;
  paid: { events: number; answered: number; open: number; other: number };
  balanced: boolean;
  rows: LedgerRow[];
  lostIds: string[];
  twiceIds: string[];
}

/** So long after its expiry an event without an outcome counts as lost, also while on air. */
const graceMs = 60_000;
const maxIds = 20;

/** Pure: what was sent against what became of it. `onAir`: outcomes may still come. */
export class Ledger {
  readonly #events = new Map<string, { kind: EventKind; expiresAt: number }>();
  readonly #outcomes = new Map<string, { what: OutcomeKind; count: number }>();
  readonly #pending = new Set<string>();
  /** Shed by whoever read them, before the bus. */
  readonly #shed = new Map<string, EventKind>();
  #aired = 0;
  #coalesced = 0;

  addEvent({
    id,
    kind,
    expiresAt,
    coalesced,
  }: Pick<LiveEvent, 'id' | 'kind' | 'expiresAt' | 'coalesced'>): void {
    this.#events.set(id, { kind, expiresAt });
    this.#coalesced += coalesced?.length ?? 0;
  }

  addOutcome({
    eventId,
    what,
    by,
    eventKind,
  }: Pick<Outcome, 'eventId' | 'what'> & Partial<Pick<Outcome, 'by' | 'eventKind'>>): void {
    if (what === 'shed' && by === 'ingest' && eventKind) this.#shed.set(eventId, eventKind);
    if (eventId === '') {
      if (what === 'aired') this.#aired += 1;
      return;
    }
    const known = this.#outcomes.get(eventId);
    this.#outcomes.set(eventId, { what: known?.what ?? what, count: (known?.count ?? 0) + 1 });
  }

  /** Somebody still has this event, or its answer, to treat, now or at the next start. */
  addPending(eventId: string): void {
    this.#pending.add(eventId);
  }

  balance(now: number, onAir: boolean): Balance {
    const rows = new Map<EventKind, LedgerRow>(
      eventKinds.map((kind) => [kind, { kind, events: 0, outcomes: {}, open: 0 }]),
    );
    const paid = { events: 0, answered: 0, open: 0, other: 0 };
    const lostIds: string[] = [];
    const twiceIds: string[] = [];
    let open = 0;
    let outcomes = 0;
    const shed = [...this.#shed].filter(([id]) => !this.#events.has(id));
    // Their outcome is there: that they are over is certain.
    const before = shed.map(([id, kind]) => [id, { kind, expiresAt: 0 }] as const);
    for (const [id, { kind, expiresAt }] of [...this.#events, ...before]) {
      const row = rows.get(kind);
      if (!row) continue;
      row.events += 1;
      if (isPaid(kind)) paid.events += 1;
      const outcome = this.#outcomes.get(id);
      if (outcome) {
        outcomes += outcome.count;
        row.outcomes[outcome.what] = (row.outcomes[outcome.what] ?? 0) + 1;
        if (outcome.count > 1) twiceIds.push(id);
        if (isPaid(kind))
          paid[outcome.what === 'spoken' || outcome.what === 'merged' ? 'answered' : 'other'] += 1;
        continue;
      }
      row.open += 1;
      // The next start gives what it finds an outcome, however late it comes.
      const isKept = !onAir && this.#pending.has(id);
      const stillToCome = isKept || (now < expiresAt + graceMs && (onAir || isPaid(kind)));
      if (!stillToCome) {
        lostIds.push(id);
        continue;
      }
      open += 1;
      if (isPaid(kind)) paid.open += 1;
    }
    return {
      events: this.#events.size + shed.length,
      outcomes,
      open,
      lost: lostIds.length,
      twice: twiceIds.length,
      shedBeforeBus: shed.length,
      coalesced: this.#coalesced,
      aired: this.#aired,
      paid,
      balanced: lostIds.length === 0 && twiceIds.length === 0,
      rows: [...rows.values()].filter(({ events }) => events > 0),
      lostIds: lostIds.slice(0, maxIds),
      twiceIds: twiceIds.slice(0, maxIds),
    };
  }
}

/** A table for the terminal. */
export function formatBalance(balance: Balance): string {
  const whats = outcomeKinds.filter((what) => what !== 'aired');
  const head = ['kind', 'events', ...whats, 'open'];
  const body = balance.rows.map(({ kind, events, outcomes, open }) => [
    kind,
    String(events),
    ...whats.map((what) => String(outcomes[what] ?? 0)),
    String(open),
  ]);
  const widths = head.map((title, column) =>
    Math.max(...[head, ...body].map((row) => (row[column] ?? title).length)),
  );
  const lines = [head, ...body].map((row) =>
    row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '),
  );
  const { events, outcomes, open, lost, twice, aired, paid, shedBeforeBus, coalesced } = balance;
  return [
    ...lines,
    '',
    `${events} events in = ${outcomes} outcomes out + ${open} still open + ${lost} lost; ${twice} twice`,
    `paid: ${paid.events} events, ${paid.answered} answered, ${paid.open} open, ${paid.other} otherwise; idle utterances heard: ${aired}`,
    ...(shedBeforeBus + coalesced > 0
      ? [
          `shed before the bus: ${shedBeforeBus}; merged into others in a burst, and not counted: ${coalesced}`,
        ]
      : []),
    balance.balanced ? 'the ledger balances' : 'THE LEDGER DOES NOT BALANCE',
    ...balance.lostIds.map((id) => `  lost: ${id}`),
    ...balance.twiceIds.map((id) => `  twice: ${id}`),
  ].join('\n');
}
