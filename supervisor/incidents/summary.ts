import type { IncidentRecord } from './incident-record.ts';
import type { ActionName } from './playbook.ts';
import { seconds } from './seconds.ts';

/** What was done, as it stands after “then …”. */
const done: Record<ActionName, string> = {
  none: 'wait: it is being mended already, or passes by itself',
  replace: 'replace the process',
  restart: 'restart it',
  'restart-dependency': 'restart what it depends on',
  'restart-bus': 'restart the bus',
  reconnect: 'connect again',
  'set-cache-aside': 'set the cache aside',
  'free-disk': 'free disk space',
  'roll-back-configuration': 'roll the configuration back',
  'scale-up': 'add a process',
  degrade: 'do without it',
  'tell-people': 'tell people',
};

/** A room's worker tries again by itself, whatever the supervisor does. */
export const describeAction = (action: ActionName, component: string): string =>
  action === 'none' && component.startsWith('room:')
    ? 'wait: its worker goes on trying by itself'
    : done[action];

/** One sentence on where the incident stands; `says` is the playbook's word for the problem, and `kinds` are the signals that tell of it. */
export function summarise(
  record: Omit<IncidentRecord, 'summary'>,
  says: string,
  kinds: readonly string[] = [],
): string {
  const { component, timeline, occurrences } = record;
  // It may have begun with a lesser problem.
  const told = timeline.find(({ what }) => kinds.includes(what)) ?? timeline[0];
  const detail = told?.detail ?? '';
  const times = occurrences > 1 ? `, ${occurrences} signals` : '';
  const happened =
    `${component} ${says}${detail === '' && times === '' ? '' : ` (${detail}${times})`}`.replace('(, ', '(');
  return `${happened}${progress(record)}${stakes(record)}; ${cause(record)}`;
}

function progress({
  component,
  state,
  actions,
  recoveryMs,
  downMs,
  peopleAsked,
}: Omit<IncidentRecord, 'summary'>): string {
  const last = actions.at(-1);
  switch (state) {
    case 'open':
    case 'verifying':
      return last ? `; repair under way: ${describeAction(last.action, component)}` : '';
    case 'unresolved':
      return '; no repair has lasted, and a person should look';
    case 'cut-off':
      return '; nobody saw its end, because the supervisor that watched it ended';
    case 'resolved': {
      const after = recoveryMs === null ? '' : ` after ${seconds(recoveryMs)}`;
      const down = downMs > 0 ? `, ${seconds(downMs)} of it down` : '';
      const how = peopleAsked || !last ? '' : `; what helped: ${describeAction(last.action, component)}`;
      return ` and is well again${after}${down}${how}`;
    }
  }
}

function stakes({ state, impact }: Omit<IncidentRecord, 'summary'>): string {
  if (state === 'resolved' || state === 'cut-off' || impact.promises.length === 0) return '';
  return `; at stake: ${impact.promises.join(', ')}`;
}

const cause = ({ component, probableCause }: Omit<IncidentRecord, 'summary'>): string =>
  `probable cause: ${probableCause.component === component ? '' : `${probableCause.component}, `}${probableCause.why}`;
