import type { Incident } from '../../protocol/speech.ts';
import type { IncidentRecord } from './incident-record.ts';
import { seconds } from './seconds.ts';
import { describeAction } from './summary.ts';

/** The record as it goes over the bus: what happened, what was done, and what proves that it helped. */
export function incidentMessage(record: IncidentRecord): Incident {
  const { id, severity, component, problem, probableCause, actions, openedAt } = record;
  return {
    id,
    severity,
    component,
    cause: `${problem}; ${probableCause.component}: ${probableCause.what}; ${probableCause.why}`,
    action: actions
      .map(({ action, outcome }) => `${describeAction(action, component)} (${outcome})`)
      .join('; '),
    proof: proof(record),
    at: Math.round(openedAt),
  };
}

function proof({ state, recoveryMs, closedAt, timeline }: IncidentRecord): string {
  switch (state) {
    case 'open':
      return '';
    case 'verifying':
      return 'works again, being watched';
    case 'unresolved':
      return 'no repair has helped yet';
    case 'cut-off':
      return 'nobody saw its end, because the supervisor that watched it ended';
    case 'resolved':
      return `back after ${seconds(recoveryMs ?? 0)}, ${closedAt === null ? '' : (timeline.at(-1)?.detail ?? '')}`;
  }
}
