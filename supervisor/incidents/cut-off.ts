import type { IncidentRecord } from './incident-record.ts';
import { summarise } from './summary.ts';
import { extend } from './timeline.ts';

/** An incident of an earlier supervisor, closed: nobody watches it any more. `says` is the playbook's word for the problem. */
export function cutOff(record: IncidentRecord, says: string, now: number): IncidentRecord {
  const actions = record.actions.map((action) =>
    action.outcome === 'pending' ? { ...action, outcome: 'unknown' as const } : action,
  );
  const detail = 'the supervisor that watched it ended';
  const noted = extend({ ...record, actions }, { at: now, what: 'cut off', detail });
  const closed: IncidentRecord = { ...noted, state: 'cut-off', closedAt: now };
  return { ...closed, summary: summarise(closed, says) };
}
