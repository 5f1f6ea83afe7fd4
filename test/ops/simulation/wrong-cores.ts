import type { ChildRecord } from '../../../supervisor/child-record.ts';
import type { Output, RosterEvent, RosterState } from '../../../supervisor/roster-state.ts';
import { Roster } from '../../../supervisor/roster.ts';
import { noBackoff } from '../../../supervisor/backoff.ts';
import type { Core, MakeCore } from '../../../ops/simulation/core.ts';
import type { Property } from '../../../ops/simulation/properties.ts';

/** A mistake that somebody could make in the core. */
export interface Mistake {
  name: string;
  /** What it must be caught by; one of these. */
  caughtBy: Property[];
  makeCore: MakeCore;
}

type Handle = Core['handle'];
/** The core's own answer is had by `handle`. */
type Wrong = (handle: Handle, state: RosterState) => Handle;

const mistakes: Mistake[] = [
  mistake('forgets to count epochs', ['epochs-grow'], (handle, state) => (event, now, random) => {
    for (const service of state.services.values()) service.epoch = Math.max(0, service.epoch - 1);
    return handle(event, now, random);
  }),
  mistake(
    'promotes before the predecessor has yielded',
    ['one-voice'],
    (handle, state) => (event, now, random) => {
      const outputs = handle(event, now, random);
      for (const { child } of effects(outputs, 'drain'))
        outputs.push(...tell(handle, now, random, child, { kind: 'yielded' }, state));
      return outputs;
    },
  ),
  mistake(
    'shares rooms out anew while somebody still has them',
    ['one-voice', 'in-order'],
    (handle, state) => (event, now, random) => {
      change(state, (child) =>
        child.duty?.share && child.life.name === 'draining' ? { ...child, duty: undefined } : child,
      );
      return handle(event, now, random);
    },
  ),
  mistake(
    'spawns before the exit',
    ['one-process', 'never-throws'],
    (handle, state) => (event, now, random) => {
      const outputs = handle(event, now, random);
      const exit = { kind: 'exited', reason: 'ended by SIGKILL', exit: 'killed' } as const;
      for (const { child, effect } of effects(outputs, 'signal'))
        if (effect.kind === 'signal' && effect.signal === 'SIGKILL')
          outputs.push(...tell(handle, now, random, child, exit, state));
      return outputs;
    },
  ),
  mistake('restarts without end', ['few-restarts'], (handle, state) => (event, now, random) => {
    change(state, (child) => ({ ...child, backoff: noBackoff }));
    return handle(event, now, random);
  }),
  mistake(
    'spawns while everything stops',
    ['nothing-after-stop'],
    (handle, state) => (event, now, random) => {
      const outputs = handle(event, now, random);
      if (event.kind !== 'stop') return outputs;
      const child = [...state.children.values()].find(({ life }) => !('pid' in life));
      return child ? [...outputs, { kind: 'effect', child, effect: { kind: 'spawn' } }] : outputs;
    },
  ),
  mistake('has no patience with a heart', ['no-false-kill'], (handle, state) => (event, now, random) => {
    change(state, (child) => ({ ...child, spec: { ...child.spec, heartbeatDeadlineMs: 600 } }));
    return handle(event, now, random);
  }),
  mistake('never looks at the time', ['gets-well', 'reload-ends', 'stops', 'bad-reload-undone'], (handle) => {
    let first = true;
    return (event, now, random) => {
      if (event.kind === 'tick' && !first) return [];
      first = false;
      return handle(event, now, random);
    };
  }),
  mistake(
    'keeps a bad configuration',
    ['bad-reload-undone', 'gets-well'],
    (handle, state) => (event, now, random) => {
      const { reload } = state;
      if (reload) reload.failures = -1_000;
      if (reload?.phase === 'probation') reload.since = now - 3_600_000;
      return handle(event, now, random);
    },
  ),
  mistake('sends to one that has gone', ['living-target'], (handle) => {
    let gone: ChildRecord | undefined;
    return (event, now, random) => {
      const outputs = handle(event, now, random);
      const [last] = outputs.flatMap((output) =>
        output.kind === 'changed' && output.on === 'exited' ? [output.before] : [],
      );
      if (gone) outputs.push({ kind: 'effect', child: gone, effect: { kind: 'report' } });
      gone = last;
      return outputs;
    };
  }),
  mistake(
    'takes any message for that of the present process',
    ['never-throws', 'one-process', 'one-voice', 'no-false-kill', 'living-target'],
    (handle, state) => {
      return (event, now, random) => {
        if (event.kind !== 'child') return handle(event, now, random);
        const generation = state.children.get(event.id)?.generation ?? event.generation;
        return handle({ ...event, generation }, now, random);
      };
    },
  ),
  mistake('replaces spares for no reason', ['no-idle-swap'], (handle, state) => (event, now, random) => {
    const outputs = handle(event, now, random);
    const spare = [...state.children.values()].find(({ life }) => life.name === 'initialised');
    if (!spare || event.kind !== 'tick' || random() < 0.9) return outputs;
    const order = { kind: 'drain', deadline: now + 1_000, handOver: true, again: true } as const;
    return [...outputs, ...tell(handle, now, random, spare, order, state)];
  }),
  mistake('leaves a duty lying', ['taken-over'], (handle, state) => (event, now, random) => {
    if (state.stopping || event.kind !== 'child' || event.event.kind !== 'exited')
      return handle(event, now, random);
    // What is to be done is left to the next event.
    state.stopping = true;
    const outputs = handle(event, now, random);
    state.stopping = false;
    return outputs;
  }),
  mistake(
    'works before those that it depends on',
    ['in-dependency-order'],
    (handle, state) => (event, now, random) => {
      for (const service of state.services.values()) service.spec = { ...service.spec, dependsOn: [] };
      return handle(event, now, random);
    },
  ),
];

export default mistakes;

function mistake(name: string, caughtBy: Property[], wrong: Wrong): Mistake {
  return {
    name,
    caughtBy,
    makeCore: (specs) => {
      const roster = new Roster(specs);
      return { state: roster.state, handle: wrong((...args) => roster.handle(...args), roster.state) };
    },
  };
}

function effects(outputs: Output[], kind: string): Extract<Output, { kind: 'effect' }>[] {
  return outputs.filter((output) => output.kind === 'effect').filter(({ effect }) => effect.kind === kind);
}

function change(state: RosterState, to: (child: ChildRecord) => ChildRecord): void {
  for (const child of state.children.values()) state.children.set(child.id, to(child));
}

/** An event that nobody has seen. */
function tell(
  handle: Handle,
  now: number,
  random: () => number,
  { id, generation }: ChildRecord,
  event: Extract<RosterEvent, { kind: 'child' }>['event'],
  state: RosterState,
): Output[] {
  return state.stopping ? [] : handle({ kind: 'child', id, generation, event }, now, random);
}
