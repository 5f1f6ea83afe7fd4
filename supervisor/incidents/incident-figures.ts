import type { IncidentRecord } from './incident-record.ts';

/** Sums over incidents. Null where nothing was seen to reckon it from; durations in milliseconds. */
export interface IncidentFigures {
  incidents: number;
  open: number;
  unresolved: number;
  meanDetectionMs: number | null;
  meanRecoveryMs: number | null;
  longestRecoveryMs: number | null;
  /** Of those that have ended or need a person: the share that no person was asked about. 0.9 is the promise. */
  healedAloneShare: number | null;
  /** Time between the beginnings of failures, where each return of a problem counts. */
  meanTimeBetweenFailuresMs: number | null;
}

export interface IncidentFiguresOptions {
  incidents: IncidentRecord[];
  /** What was watched: incidents that opened before `since` do not count as failures. Unix milliseconds. */
  since: number;
  now: number;
}

/** The key figures that people judge the whole by, over open and recent incidents. */
export function incidentFigures({ incidents, since, now }: IncidentFiguresOptions): IncidentFigures {
  const seen = incidents.filter(({ openedAt }) => openedAt >= since);
  const judged = seen.filter(({ closedAt, peopleAsked }) => closedAt !== null || peopleAsked);
  const recoveries = present(
    seen.filter(({ closedAt }) => closedAt !== null).map(({ recoveryMs }) => recoveryMs),
  );
  const failures = seen.reduce((sum, { reopened }) => sum + 1 + reopened, 0);
  return {
    incidents: seen.length,
    open: seen.filter(({ closedAt }) => closedAt === null).length,
    unresolved: seen.filter(({ state }) => state === 'unresolved').length,
    meanDetectionMs: mean(present(seen.map(({ detectionMs }) => detectionMs))),
    meanRecoveryMs: mean(recoveries),
    longestRecoveryMs: recoveries.length === 0 ? null : Math.max(...recoveries),
    healedAloneShare:
      judged.length === 0 ? null : judged.filter(({ peopleAsked }) => !peopleAsked).length / judged.length,
    meanTimeBetweenFailuresMs: failures === 0 ? null : Math.max(0, now - since) / failures,
  };
}

const present = (values: (number | null)[]): number[] => values.filter((value) => value !== null);

const mean = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
