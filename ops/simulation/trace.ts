import type { Output, RosterEvent } from '../../supervisor/roster-state.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What happened in a run, line by line. Kept only when somebody will read it: a run of thousands of seeds keeps none. */
export interface Trace {
  add(who: string, what: string): void;
  event(event: RosterEvent): void;
  output(output: Output): void;
}

export const noTrace: Trace = { add: () => undefined, event: () => undefined, output: () => undefined };

/** Tells each line to `onLine`. */
export function openTrace(time: VirtualTime, onLine: (line: string) => void): Trace {
  const add = (who: string, what: string) =>
    onLine(`${(time.now / 1_000).toFixed(3).padStart(9)}  ${who.padEnd(16)} ${what}`);
  return {
    add,
    event: (event) => {
      const text = describeEvent(event);
      if (text !== '') add(event.kind === 'child' ? `${event.id}#${event.generation}` : 'supervisor', text);
    },
    output: (output) => {
      const text = describeOutput(output);
      if (text !== '')
        add('child' in output ? `${output.child.id}#${output.child.generation}` : 'roster', `  ${text}`);
    },
  };
}

function describeEvent(event: RosterEvent): string {
  switch (event.kind) {
    case 'child': {
      const { kind } = event.event;
      if (kind === 'heartbeat') return '';
      return `${kind}${'reason' in event.event ? `: ${event.event.reason}` : ''}`;
    }
    case 'tick':
      return '';
    case 'bus':
      return event.ready ? 'the bus is there' : 'the bus is lost';
    case 'allow-spares':
      return 'spares are allowed';
    case 'epochs':
      return 'epochs are known';
    case 'scale':
      return `${event.service} is to have ${event.wanted}`;
    case 'retire':
      return `${event.id} is to be replaced: ${event.reason}`;
    case 'reload':
      return `edition ${event.edition} is wanted`;
    case 'stop':
      return `stop ${event.services.join(', ')} by ${(event.deadline / 1_000).toFixed(1)}`;
  }
}

function describeOutput(output: Output): string {
  switch (output.kind) {
    case 'changed':
      return `${output.before.life.name} → ${output.child.life.name}${output.child.life.name === 'ending' ? ` (${output.child.life.reason})` : ''}`;
    case 'promoted':
      return `has ${output.duty.lease} under epoch ${output.duty.epoch} (${output.reason})`;
    case 'gone':
      return `${output.id} has left`;
    case 'reload':
      return `reload: ${output.phase} of edition ${output.edition}${output.reason === '' ? '' : ` (${output.reason})`}`;
    case 'effect':
      return output.effect.kind === 'signal' ? output.effect.signal : output.effect.kind;
  }
}
