import type { ChildState, SupervisorState } from '../../protocol/ipc.ts';

export function isActive({ spare, state, pid }: ChildState): boolean {
  return !spare && state === 'running' && pid > 0;
}

/** Warm, and ready to take over. */
export function isWarm({ spare, state, pid }: ChildState): boolean {
  return spare && state === 'initialised' && pid > 0;
}

/** Every service has somebody who does it, and the bus runs. Pure, like everything here. */
export function isServing({ nats, children }: SupervisorState): boolean {
  return nats.pid > 0 && children.filter(({ spare }) => !spare).every(isActive);
}

/** Spares are warm too. */
export function isWhole(state: SupervisorState): boolean {
  return isServing(state) && state.children.filter(({ spare }) => spare).every(isWarm);
}

/**
 * As many of a service work as shall, and as many wait to take over as did before. What counts spares only counts those that are ready.
 */
export function isRestored(service: string, before: SupervisorState, now: SupervisorState): boolean {
  const was = before.services.find(({ id }) => id === service);
  const is = now.services.find(({ id }) => id === service);
  if (!was || !is || is.working < is.wanted || is.spares < was.spares) return false;
  return now.children
    .filter((child) => child.service === service)
    .every((each) => isActive(each) || isWarm(each));
}

/** Another process than the victim's does what it did. */
export function isReplaced(victim: ChildState, children: ChildState[]): boolean {
  return children.some(
    (child) =>
      child.role === victim.role &&
      child.service === victim.service &&
      isActive(child) &&
      child.pid !== victim.pid,
  );
}

/** The supervisor has seen that the victim is not what it was. */
export function isNoticed(victim: ChildState, children: ChildState[]): boolean {
  const now = children.find(({ pid }) => pid === victim.pid);
  return now === undefined || now.state !== victim.state;
}

/** Processes that were at work, or ready for it, and are not there any more, by name. `mayGo`: it is no wonder. */
export function losses(
  before: ChildState[],
  after: ChildState[],
  mayGo: (child: ChildState) => boolean,
): string[] {
  const pids = new Set(after.map(({ pid }) => pid));
  return before
    .filter((child) => (isActive(child) || isWarm(child)) && !pids.has(child.pid) && !mayGo(child))
    .map(({ id, pid }) => `${id} (pid ${pid})`);
}
