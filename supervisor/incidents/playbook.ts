import type { Signal, SignalKind, StandIn } from './signal.ts';
import { roleOf } from './signal.ts';

/** `degraded` works, but without its spare. */
export type Health = 'well' | 'degraded' | 'down';

export type Severity = 'warning' | 'critical';

/**
 * What can be done about a problem, and by whom: `none` by nobody, because whoever keeps the children up has already restarted or
 * promoted one; `replace` is a planned swap, `restart` kills and starts again; `degrade` tells
 * those who use the component to do without it, until its incident closes; `tell-people` is the last resort of every playbook.
 */
export type ActionName =
  | 'none'
  | 'replace'
  | 'restart'
  | 'restart-dependency'
  | 'restart-bus'
  | 'reconnect'
  | 'set-cache-aside'
  | 'free-disk'
  | 'roll-back-configuration'
  | 'scale-up'
  | 'degrade'
  | 'tell-people';

/** Why a process ended that `restart` or `reconnect` has ended. */
export const restartedByPlaybook = 'restarted by a playbook';

/** Actions on what all share: while one of them is being verified, the other incidents that want it wait for it too. */
export const sharedActions: ReadonlySet<ActionName> = new Set([
  'restart-bus',
  'free-disk',
  'roll-back-configuration',
]);

/** One action, and how it is known to have worked. */
export interface PlaybookStep {
  action: ActionName;
  verify: {
    /** The repair must show by then; milliseconds. */
    within: number;
    /** And last so long; milliseconds. */
    holdsFor: number;
  };
  /** Left out while the component works, because it would take down what stands. */
  unlessWorking?: true;
  /** Only if the probable cause lies with this component. */
  whenCause?: string;
}

/** Problem type → actions, simple ones first → verification. Data: the desk knows no problem by name. */
export interface Playbook {
  problem: string;
  /** What one says of the component: “tts crashed”. */
  says: string;
  /** Signals that open an incident. The first playbook that lists a kind has it. */
  triggers: SignalKind[];
  /** Only for these roles; absent: for all. */
  roles?: string[];
  /** Only where others of its component do so much of its work all the same. */
  standIn?: StandIn;
  severity: Severity;
  /** A component has at most one open incident of a family. */
  family: string;
  /** Within a family a problem of higher rank takes the open incident over, with its own actions and severity. */
  rank: number;
  actions: PlaybookStep[];
  closeWhen: {
    /** The least health that counts as repaired. */
    health: Exclude<Health, 'down'>;
    /** One of these must have been told since the last trigger; empty: health alone decides. */
    signs: SignalKind[];
    /** So long without a trigger counts as a sign too, lest an incident outlive a sign that was missed; milliseconds. */
    quietFor: number;
  };
}

/** The playbook that a signal calls for, if it tells of a problem at all. */
export function playbookFor(playbooks: Playbook[], signal: Signal): Playbook | undefined {
  return playbooks.find(
    ({ triggers, roles, standIn }) =>
      triggers.includes(signal.kind) &&
      (roles?.includes(roleOf(signal.component)) ?? true) &&
      (standIn === undefined || standIn === signal.standIn),
  );
}

/** Throws when playbooks contradict each other or can never end, naming the first fault. */
export function checkPlaybooks(playbooks: Playbook[]): void {
  const problems = new Set<string>();
  const anywhere = new Set<SignalKind>();
  for (const { problem, triggers, roles, standIn, actions, closeWhen } of playbooks) {
    const fault = (what: string) => new RangeError(`Cannot use the playbook "${problem}": ${what}`);
    if (problems.has(problem)) throw fault('there are two of that name');
    problems.add(problem);
    if (triggers.length === 0) throw fault('nothing triggers it');
    const shadowed = triggers.find((kind) => anywhere.has(kind));
    if (shadowed) throw fault(`an earlier one has the trigger "${shadowed}"`);
    if (!roles && !standIn) for (const kind of triggers) anywhere.add(kind);
    if (actions.at(-1)?.action !== 'tell-people') throw fault('its last action must be tell-people');
    if (!actions.every(({ verify }) => verify.within > 0 && verify.holdsFor > 0))
      throw fault('every action needs a time to work and a time to hold');
    if (!(closeWhen.quietFor > 0)) throw fault('it must end after a quiet time');
  }
}
