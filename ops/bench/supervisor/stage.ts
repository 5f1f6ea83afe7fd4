import type { ChildState } from '../../../protocol/ipc.ts';
import type { Role } from '../../../protocol/roles.ts';
import { isActive, isWarm, isWhole } from '../../chaos/children.ts';
import type { Scene } from '../../chaos/fault.ts';
import type { Show } from '../../chaos/show.ts';
import type { Figure } from '../report.ts';
import type { SupervisorLog } from './supervisor-log.ts';

/** Where the rows of the bench are measured: one show that is really on air. */
export interface Stage {
  show: Show;
  room: string;
  log: SupervisorLog;
  scene: Omit<Scene, 'choice'>;
  signal: AbortSignal;
  isQuick: boolean;
  failingStartMs: number;
  kills: number;
  dryMs: number;
  /** A line for who waits. */
  say: (line: string) => void;
  /** A promise was broken; one sentence. */
  broke: (what: string) => void;
  /** The same: somebody was harmed, and did not come back by itself. */
  unhealed: (what: string) => void;
  /** Something was harmed now: sentences that were heard then are listened to most closely. */
  harmed: (what: string) => void;
  /** Something to be read beside the table. */
  note: (line: string) => void;
}

/** Answers one line of the table, or several. */
export type Row = (stage: Stage) => Promise<Figure[]>;

/** Longer than any repair, with a child's backoff. */
const patienceMs = 45_000;

/** Unix milliseconds with fractions, since most of what is measured is short. */
export const wallNow = (): number => performance.timeOrigin + performance.now();

/** Waits until everybody works and all spares are warm. Throws when that does not come. */
export async function untilWhole({ show, signal }: Stage): Promise<void> {
  const isReady = () => {
    const { state } = show;
    // Spares are no part of the beginning of a show: without any yet, it may look whole.
    const isCovered = state?.services.every(({ role, spares }) => role === 'sim' || spares > 0);
    return state !== undefined && isCovered === true && show.isOnAir && isWhole(state);
  };
  if (await show.until(isReady, { withinMs: patienceMs, signal })) return;
  signal.throwIfAborted();
  const children = show.state?.children.map(({ id, state }) => `${id} ${state}`) ?? [];
  throw new Error(`The show is not whole after ${patienceMs / 1_000} s: ${children.join(', ')}`);
}

/** The one who does the work of a role, once another stands by for it. Throws when that does not come. */
export async function untilCovered({ show, signal }: Stage, role: Role): Promise<ChildState> {
  let active: ChildState | undefined;
  const isCovered = () => {
    const children = show.childrenOf(role);
    active = children.find(isActive);
    return active !== undefined && children.some(isWarm);
  };
  if ((await show.until(isCovered, { withinMs: patienceMs, signal })) && active) return active;
  signal.throwIfAborted();
  throw new Error(`No spare stands by for ${role} after ${patienceMs / 1_000} s`);
}

/** Waits until the state file does not name a process any more: it is written a moment after the log, and who is gone must not be harmed again. */
export async function untilGone({ show, signal }: Stage, { pid, id }: ChildState): Promise<void> {
  const isGone = () => show.state?.children.every((child) => child.pid !== pid) ?? false;
  if (await show.until(isGone, { withinMs: patienceMs, signal })) return;
  signal.throwIfAborted();
  throw new Error(`Process ${pid} of ${id} is still there after ${patienceMs / 1_000} s`);
}

/** Another of the same service, by its place in the log. */
export function isOfService(child: string, victim: ChildState): boolean {
  const { service } = victim;
  return child === service || child.startsWith(`${service}.`);
}

/** How often each child has been restarted. */
export function restartsOf({ show }: Stage): Map<string, number> {
  return new Map((show.state?.children ?? []).map(({ id, restarts }) => [id, restarts]));
}
