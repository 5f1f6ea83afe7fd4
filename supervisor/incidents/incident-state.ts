import type { IncidentRecord } from './incident-record.ts';
import type { ActionName, Playbook } from './playbook.ts';
import type { ProbableCause, Symptoms } from './probable-cause.ts';
import type { SignalKind } from './signal.ts';

/** An incident's record and where its playbook stands. */
export interface Incident {
  readonly record: IncidentRecord;
  readonly playbook: Playbook;
  /** Index of the action whose verification runs; past the end when none is left. */
  readonly step: number;
  /** Since when that verification runs. */
  readonly waitingSince: number;
  /** First signal since it opened or came back, and the latest. */
  readonly episodeAt: number;
  readonly triggeredAt: number;
  readonly triggers: SignalKind[];
  readonly signSeen: boolean;
  readonly falseAlarm: boolean;
  /** Since when the component has been repaired; null while it is not. */
  readonly goodSince: number | null;
  /** Since when nothing of the component works; null while something does. */
  readonly downSince: number | null;
  /** The action has had its time, and whether another one begins waits until it is known whether somebody takes over. */
  readonly overdue: boolean;
  /** So often somebody did, since the action was begun. */
  readonly relapses: number;
  /** It is left alone, as it comes back by itself. */
  readonly isSpared: boolean;
  /** The first action of this episode that was left out because the component worked, or comes back by itself; null: none. */
  readonly leftOut: number | null;
  readonly lookedAt: number;
}

/** What became of an incident, and the action to order, if a new one began. */
export interface Change {
  incident: Incident;
  begun: ActionName | null;
  /** Whether it is worth a record: opened, came back, taken over, action begun, closed. */
  important: boolean;
}

/** Finds the probable cause anew. */
export type FindCause = (symptoms: Symptoms) => ProbableCause;
