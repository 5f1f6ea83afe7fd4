import type { IncidentRecord, Order } from './incident-record.ts';
import type { Severity } from './playbook.ts';
import { roleOf } from './signal.ts';

type Tell = Extract<Order, { kind: 'tell' }>;

interface Alert {
  /** Open incidents that this alert is about; their latest. */
  members: Map<string, IncidentRecord>;
  /** The gravest that was told. */
  level: Severity;
  firstAt: number;
  lastAt: number;
  /** By the schedule. */
  nextAt: number;
  /** Before that, if it is still open then. */
  soonAt: number | null;
  /** Told, and no recovery told since. */
  owed: boolean;
}

const minute = 60_000;
/** After the first, which is told at once; then hourly, because an outage that nobody heard of must not fall silent. */
const schedule = [minute, 5 * minute, 15 * minute];
const thenEvery = 60 * minute;
/** A calm so long ends the schedule: the next trouble is told at once again. */
const forgetAfter = 15 * minute;
const maxAlerts = 1_000;

/**
 * Decides when people are told, so that fifty rooms that lost one bus make one message, and a service that comes and goes does not
 * ring all night. One alert per role, cause and kind of problem: at once, after 1, 5 and 15 minutes, then hourly while one of its
 * incidents is open; sooner when it turns critical. A recovery is always told when anything was.
 */
export class AlertBook {
  readonly #alerts = new Map<string, Alert>();

  /** An incident opened, came back, or got graver; `key` as from `alertKey`. */
  raise(key: string, record: IncidentRecord, now: number): Tell[] {
    this.#prune(now);
    const known = this.#alerts.get(key);
    if (!known) {
      const alert: Alert = {
        members: new Map([[record.id, record]]),
        level: record.severity,
        firstAt: now,
        lastAt: now,
        nextAt: now,
        soonAt: null,
        owed: false,
      };
      this.#alerts.set(key, alert);
      return [tell(alert, record, now)];
    }
    known.members.set(record.id, record);
    if (record.severity === 'critical' && known.level === 'warning') return [tell(known, record, now)];
    // It was told that all is well, so people hear within a minute that it is not, unless that passes.
    if (record.severity === 'critical' && !known.owed) known.soonAt ??= now + minute;
    return [];
  }

  /** There is news that cannot wait for the schedule, such as that no repair is left: told now, but not twice within a minute. */
  urge(key: string, record: IncidentRecord, now: number): Tell[] {
    const alert = this.#alerts.get(key);
    if (!alert?.members.has(record.id)) return this.raise(key, record, now);
    alert.members.set(record.id, record);
    const isGraver = record.severity === 'critical' && alert.level === 'warning';
    if (isGraver || now - alert.lastAt >= minute) return [tell(alert, record, now)];
    alert.soonAt ??= alert.lastAt + minute;
    return [];
  }

  /** Keeps what is told up to date. */
  update(key: string, record: IncidentRecord): void {
    const members = this.#alerts.get(key)?.members;
    if (members?.has(record.id)) members.set(record.id, record);
  }

  /** The incident is closed; the last one of an alert brings the recovery. */
  settle(key: string, record: IncidentRecord, now: number): Tell[] {
    const alert = this.#alerts.get(key);
    alert?.members.delete(record.id);
    if (!alert || alert.members.size > 0) return [];
    alert.soonAt = null;
    if (!alert.owed) return [];
    alert.owed = false;
    alert.lastAt = now;
    return [{ kind: 'tell', level: 'recovered', text: record.summary, incident: record.id }];
  }

  /** What the schedule wants told again. */
  due(now: number): Tell[] {
    const tells: Tell[] = [];
    for (const alert of this.#alerts.values()) {
      alert.firstAt = Math.min(alert.firstAt, now);
      alert.lastAt = Math.min(alert.lastAt, now);
      alert.nextAt = Math.min(alert.nextAt, now + thenEvery);
      if (alert.soonAt !== null) alert.soonAt = Math.min(alert.soonAt, now + minute);
      const gravest = [...alert.members.values()].toSorted(byGravity)[0];
      if (gravest && now >= Math.min(alert.nextAt, alert.soonAt ?? Infinity))
        tells.push(tell(alert, gravest, now));
    }
    return tells;
  }

  #prune(now: number): void {
    for (const [key, { members, lastAt }] of this.#alerts) {
      const isOver = now - lastAt >= forgetAfter || this.#alerts.size >= maxAlerts;
      if (members.size === 0 && isOver) this.#alerts.delete(key);
    }
  }
}

/** Role, cause and kind of problem: what one message can speak for. */
export function alertKey({ component, probableCause }: IncidentRecord, family: string): string {
  return `${roleOf(component)}|${probableCause.component}|${family}`;
}

function tell(alert: Alert, record: IncidentRecord, now: number): Tell {
  const { firstAt, members, level } = alert;
  alert.level = record.severity === 'critical' ? 'critical' : level;
  alert.lastAt = now;
  alert.owed = true;
  alert.soonAt = null;
  alert.nextAt = schedule.map((after) => firstAt + after).find((at) => at > now) ?? now + thenEvery;
  const others = members.size > 1 ? ` (and ${members.size - 1} more for the same reason)` : '';
  return { kind: 'tell', level: record.severity, text: `${record.summary}${others}`, incident: record.id };
}

const byGravity = (a: IncidentRecord, b: IncidentRecord): number =>
  Number(b.severity === 'critical') - Number(a.severity === 'critical') || a.openedAt - b.openedAt;
