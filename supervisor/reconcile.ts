import type { ChildRecord, LifeEvent } from './child-record.ts';
import { newChild } from './child-record.ts';
import type { RosterState, ServiceRecord } from './roster-state.ts';
import { childrenOf, isActive, isReady, mayWork } from './roster-state.ts';

/** What the rules below do to the roster; each returns once it is done. */
export interface Hands {
  apply(id: string, event: LifeEvent): void;
  add(child: ChildRecord): void;
  mark(id: string, change: { leaving: true } | { duty: undefined }): void;
  promote(child: ChildRecord, service: ServiceRecord, options: { lease: string; reason: string }): void;
}

/** One step towards what is wanted of a service; true when something was done. Called until nothing is left to do. */
export function reconcile(state: RosterState, service: ServiceRecord, now: number, hands: Hands): boolean {
  const children = childrenOf(state, service.spec.id);
  return (
    restart(state, children, now, hands) ||
    permit(state, children, hands) ||
    fillDuties(state, service, children, hands) ||
    swap(state, service, children, now, hands) ||
    renewSpares(state, children, now, hands) ||
    adjustNumber(state, service, children, now, hands)
  );
}

/** Processes for children that have none and whose time has come. */
function restart(state: RosterState, children: ChildRecord[], now: number, hands: Hands): boolean {
  const next = children.find(({ life, edition, generation }) => {
    if (life.name === 'backoff' || life.name === 'quarantined') return life.until <= now;
    if (life.name === 'refused' || life.name === 'gave-up') return edition !== state.edition;
    return life.name === 'stopped' && generation === 0;
  });
  if (!next) return false;
  hands.apply(next.id, { kind: 'start', edition: state.edition });
  return true;
}

/** Children may acquire what they need once it is there: the bus, and the addresses of others. */
function permit(state: RosterState, children: ChildRecord[], hands: Hands): boolean {
  const next = children.find(
    ({ spec, life }) =>
      life.name === 'registered' &&
      (state.busReady || !spec.needsBus) &&
      spec.needsAddressOf.every((id) => hasAddress(state, id)),
  );
  if (!next) return false;
  hands.apply(next.id, { kind: 'may-initialise' });
  return true;
}

function hasAddress(state: RosterState, service: string): boolean {
  return (
    !state.services.has(service) ||
    childrenOf(state, service).some((child) => isActive(child) && child.address !== '')
  );
}

/** A duty without a holder goes to whoever is ready: this is where a dead child's work is taken over. */
function fillDuties(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  hands: Hands,
): boolean {
  const { spec, wanted, vacant, nextLease, removed } = service;
  if (removed || children.filter(isActive).length >= wanted || !mayWork(state, spec)) return false;
  const ready = children.filter(isReady);
  const next = ready.find(({ edition }) => edition === state.edition) ?? ready[0];
  if (!next) return false;
  const [taken] = vacant;
  const lease = taken ?? (spec.exclusive ? spec.id : `${spec.id}/${nextLease}`);
  hands.promote(next, service, { lease, reason: taken === undefined ? 'first' : 'takes over' });
  return true;
}

/** A planned replacement, only when somebody stands by: make before break. */
function swap(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  now: number,
  hands: Hands,
): boolean {
  const { spec } = service;
  const old = children.find(
    (child) => isActive(child) && child.life.name === 'running' && isToBeReplaced(state, child),
  );
  if (!old || children.some(({ life }) => life.name === 'draining')) return false;
  const deadline = now + spec.handOverMs;
  if (!spec.swappable) {
    hands.apply(old.id, { kind: 'drain', deadline, handOver: false, again: true });
    return true;
  }
  const next = children.find((child) => isReady(child) && child.edition === state.edition);
  if (!next) return false;
  if (!spec.exclusive) {
    // Side by side for a moment; the lease of the one that leaves is not used again, since what it still says is valid.
    hands.promote(next, service, { lease: `${spec.id}/${service.nextLease}`, reason: 'planned' });
  }
  hands.apply(old.id, { kind: 'drain', deadline, handOver: true, again: true });
  return true;
}

function isToBeReplaced({ edition, reload }: RosterState, child: ChildRecord): boolean {
  if (child.retiring !== '') return true;
  return child.edition !== edition && reload?.phase !== 'preparing';
}

/** Spares that are old, or have another configuration, begin anew. */
function renewSpares(state: RosterState, children: ChildRecord[], now: number, hands: Hands): boolean {
  const old = children.find(
    ({ duty, life, retiring, edition }) =>
      !duty && life.name === 'initialised' && (retiring !== '' || edition !== state.edition),
  );
  if (!old) return false;
  hands.apply(old.id, { kind: 'drain', deadline: now + old.spec.handOverMs, handOver: true, again: true });
  return true;
}

/** As many children as there are duties and spares. */
function adjustNumber(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  now: number,
  hands: Hands,
): boolean {
  const { spec, wanted, proven, removed } = service;
  const isOld = (child: ChildRecord) => child.retiring !== '' || child.edition !== state.edition;
  const surge =
    spec.swappable && spec.spares === 0 && children.some((child) => isActive(child) && isOld(child));
  const spares = state.sparesAllowed && proven ? spec.spares + (surge ? 1 : 0) : 0;
  const target = removed ? 0 : wanted + spares;
  if (children.length < target) {
    // Spares come one at a time: several processes that load at once are felt by those who speak.
    if (children.length >= wanted && [...state.children.values()].some(isComing)) return false;
    hands.add(newChild(spec, freeId(state, spec.id)));
    return true;
  }
  if (children.length === target) return false;
  if (removed && state.reload?.phase === 'preparing') return false;
  const actives = children.filter(isActive);
  const tooMany = removed || actives.length > wanted;
  const least = tooMany ? actives.at(-1) : children.filter((child) => !isActive(child)).sort(byReadiness)[0];
  if (!least || least.life.name === 'draining' || least.life.name === 'ending') return false;
  hands.mark(least.id, { leaving: true });
  hands.apply(least.id, { kind: 'drain', deadline: now + spec.handOverMs, handOver: !removed, again: false });
  return true;
}

function isComing({ life }: ChildRecord): boolean {
  return life.name === 'spawning' || life.name === 'registered' || life.name === 'initialising';
}

/** Those that are no use yet come first. */
function byReadiness(a: ChildRecord, b: ChildRecord): number {
  return Number(isReady(a)) - Number(isReady(b)) || b.id.localeCompare(a.id);
}

function freeId(state: RosterState, service: string): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? service : `${service}.${number}`;
    if (!state.children.has(id)) return id;
  }
}
