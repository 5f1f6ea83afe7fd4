import type { Impact } from './impact.ts';
import type { ActionName, Severity } from './playbook.ts';
import type { ProbableCause } from './probable-cause.ts';
import type { TimelineEntry } from './timeline.ts';

export interface ActionRecord {
  action: ActionName;
  at: number;
  /** `pending` while its verification runs; `unknown`: whoever verified it ended before that. */
  outcome: 'worked' | 'failed' | 'pending' | 'unknown';
  /** Until the component was repaired, or until the action was given up; milliseconds. */
  tookMs: number;
}

/** The history of one problem of one component. Plain data; times are unix milliseconds, durations milliseconds. */
export interface IncidentRecord {
  id: string;
  component: string;
  problem: string;
  severity: Severity;
  openedAt: number;
  closedAt: number | null;
  /**
   * - `open`: an action was ordered, the component is not repaired yet.
   * - `verifying`: it is repaired, and has to stay so for a while.
   * - `unresolved`: no action is left; people were told. It still closes by itself when the component is well again.
   * - `resolved`: closed.
   * - `cut-off`: closed too, because the supervisor that watched it ended. What is still wrong then gets an incident of its own.
   */
  state: 'open' | 'verifying' | 'resolved' | 'unresolved' | 'cut-off';
  /** The first and the latest entries; `timelineDropped` of those between were left out. */
  timeline: TimelineEntry[];
  timelineDropped: number;
  /** How long the fault had been there before it was seen; null when nobody can know. */
  detectionMs: number | null;
  /** From the first signal until the component was repaired, all returns of the problem added; null before the first time. */
  recoveryMs: number | null;
  /** How much of that the component did not work at all, as precise as the looks at it are frequent. */
  downMs: number;
  probableCause: ProbableCause;
  impact: Impact;
  /** The latest; `actionsDropped` older ones were left out. */
  actions: ActionRecord[];
  actionsDropped: number;
  /** One sentence in plain English. */
  summary: string;
  /** Signals that told of the problem. */
  occurrences: number;
  /** How often it came back within a minute of closing. */
  reopened: number;
  /** Whether no repair was left at some time, so that it cannot be said to have healed by its own means. */
  peopleAsked: boolean;
}

/** What the desk wants done: an action taken, people told, or a record kept (again, under the same id, at each important change). */
export type Order =
  | { kind: 'act'; incident: string; component: string; action: ActionName }
  | { kind: 'tell'; level: Severity | 'recovered'; text: string; incident: string }
  | { kind: 'record'; incident: IncidentRecord };

/** The action whose outcome was open has this one. */
export function settle(record: IncidentRecord, outcome: 'worked' | 'failed', at: number): IncidentRecord {
  const actions = record.actions.map((action) =>
    action.outcome === 'pending' ? { ...action, outcome, tookMs: Math.max(0, at - action.at) } : action,
  );
  return { ...record, actions };
}
