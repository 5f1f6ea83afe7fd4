import type { ChildRecord, LifeEvent } from './child-record.ts';
import { newChild } from './child-record.ts';
import type { RosterState, ServiceRecord } from './roster-state.ts';
import { childrenOf, isActive, isReady, mayWork, placesOf } from './roster-state.ts';
import type { Place } from './shares.ts';
import { freePlace, sharesFor, standbyOf, toResign } from './shares.ts';

/** What the rules below do to the roster; each returns once it is done. */
export interface Hands {
  apply(id: string, event: LifeEvent): void;
  add(child: ChildRecord): void;
  mark(id: string, change: { leaving: true } | { duty: undefined }): void;
  promote(child: ChildRecord, service: ServiceRecord, options: Place & { reason: string }): void;
}

/** One step towards what is wanted of a service; true when something was done. Called until nothing is left to do. */
export function reconcile(state: RosterState, service: ServiceRecord, now: number, hands: Hands): boolean {
  const children = childrenOf(state, service.spec.id);
  if (service.spec.sharded)
    service.shares = sharesFor(service, holdersOf(state, service.spec.id), children.filter(isReady).length);
  return (
    // Before anything else: to start a process takes the supervisor as long as a take-over altogether.
    fillDuties(state, service, children, hands) ||
    dropSurplus(state, service, children, now, hands) ||
    restart(state, service, children, now, hands) ||
    permit(state, children, hands) ||
    shareOut(state, service, children, now, hands) ||
    swap(state, service, children, now, hands) ||
    renewSpares(state, children, now, hands) ||
    addMissing(state, service, children, hands)
  );
}

/** A process that begins takes a core for half a second, which whoever has just taken over, and those it speaks to, need more. */
const settleMs = 1_000;

const longestRestMs = 1_000;

/** Until when `reconcile` and a reload would have nothing to do, unless something happens: the next time at which a rule looks at the clock. */
export function restsUntil(state: RosterState, now: number): number {
  if (state.reload) return now;
  let until = now + longestRestMs;
  for (const { life } of state.children.values())
    if (life.name === 'backoff' || life.name === 'quarantined') until = Math.min(until, life.until);
  for (const { bereftAt } of state.services.values())
    if (bereftAt + settleMs > now) until = Math.min(until, bereftAt + settleMs);
  return until;
}

/** Processes for children that have none and whose time has come. */
function restart(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  now: number,
  hands: Hands,
): boolean {
  const isHeld = children.filter(isActive).length >= placesOf(service);
  if (isHeld && now - service.bereftAt < settleMs) return false;
  const next = children.find(({ life, edition }) => {
    if (life.name === 'backoff' || life.name === 'quarantined') return life.until <= now;
    return (life.name === 'refused' || life.name === 'gave-up') && edition !== state.edition;
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
  if (removed || !mayWork(state, spec)) return false;
  const ready = children.filter(isReady);
  const next = ready.find(({ edition }) => edition === state.edition) ?? ready[0];
  if (!next) return false;
  if (spec.exclusive) {
    const place = freePlace(service, holdersOf(state, spec.id));
    if (!place) return false;
    hands.promote(next, service, { ...place, reason: vacant.includes(place.lease) ? 'takes over' : 'first' });
    return true;
  }
  if (children.filter(isActive).length >= wanted) return false;
  const [taken] = vacant;
  const lease = taken ?? `${spec.id}/${nextLease}`;
  hands.promote(next, service, { lease, reason: taken === undefined ? 'first' : 'takes over' });
  return true;
}

/** Those who have not given up their duty yet; also one that leaves for good, and so is not counted. */
function holdersOf(state: RosterState, service: string): ChildRecord[] {
  return [...state.children.values()].filter(({ spec, duty }) => spec.id === service && duty !== undefined);
}

/** More or fewer share the rooms: all who work hand over, and as soon as the last one has, the others begin. */
function shareOut(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  now: number,
  hands: Hands,
): boolean {
  const resigning = toResign(state, service, children);
  if (resigning.length === 0) return false;
  service.shares = service.wanted;
  const deadline = now + service.spec.handOverMs;
  for (const { id } of resigning) hands.apply(id, { kind: 'drain', deadline, handOver: true, again: true });
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
  if (!old || children.some((child) => child.life.name === 'draining' || isToBeFollowed(child))) return false;
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

/** It is being ended, and its duty is free as soon as it is gone. */
function isToBeFollowed({ life, duty }: ChildRecord): boolean {
  return life.name === 'ending' && duty !== undefined;
}

function isToBeReplaced({ edition, reload }: RosterState, child: ChildRecord): boolean {
  if (child.retiring !== '') return true;
  return child.edition !== edition && reload?.phase !== 'preparing';
}

/** Spares that are old, or have another configuration, begin anew. */
function renewSpares(state: RosterState, children: ChildRecord[], now: number, hands: Hands): boolean {
  // Whoever stands by, of an earlier edition too, may be needed in a moment: until another can take over in its place.
  const isAwaited = children.some(isToBeFollowed);
  const isCovered = (spare: ChildRecord) => {
    const others = children.filter((child) => child !== spare && isReady(child));
    // One of the new edition is spoken for as long as somebody of an earlier one works.
    const isSwapDue = children.some((child) => isActive(child) && child.edition !== state.edition);
    const isTaken = isSwapDue && others.some(({ edition }) => edition === state.edition);
    return others.length > Number(isTaken);
  };
  const old = children.find((child) => {
    const { duty, life, retiring, edition, spec } = child;
    if (duty || life.name !== 'initialised') return false;
    if (retiring !== '') return true;
    const isKept = spec.swappable && spec.spares > 0;
    return edition !== state.edition && !isAwaited && (!isKept || isCovered(child));
  });
  if (!old) return false;
  hands.apply(old.id, { kind: 'drain', deadline: now + old.spec.handOverMs, handOver: true, again: true });
  return true;
}

/** As many children as there are duties and spares. */
function targetOf(state: RosterState, service: ServiceRecord, children: ChildRecord[]): number {
  const { spec, proven, removed } = service;
  if (removed) return 0;
  // One more for as long as something of an earlier edition works or stands by: that is not ended before another can take over.
  const surge =
    spec.swappable &&
    children.some((child) => {
      const isOld = child.edition !== state.edition;
      if (spec.spares === 0) return isActive(child) && (isOld || child.retiring !== '');
      return spec.spares === 1 && isOld && (isActive(child) || isReady(child));
    });
  return placesOf(service) + (state.sparesAllowed && proven ? standbyOf(service) + (surge ? 1 : 0) : 0);
}

function addMissing(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  hands: Hands,
): boolean {
  const { spec } = service;
  if (children.length >= targetOf(state, service, children)) return false;
  // Spares come one at a time: several processes that load at once are felt by those who speak. A reload has no time for that.
  const isSpare = children.length >= placesOf(service) && state.reload?.phase !== 'preparing';
  if (isSpare && [...state.children.values()].some(isComing)) return false;
  const id = freeId(state, spec.id);
  hands.add(newChild(spec, id, state.pastGenerations.get(id)));
  hands.apply(id, { kind: 'start', edition: state.edition });
  return true;
}

/**
 * Fewer at work, and fewer altogether. Looked at before anything is started: what is too many is not started only to be ended. One
 * that is not needed at work may be needed as a spare: then it comes again.
 */
function dropSurplus(
  state: RosterState,
  service: ServiceRecord,
  children: ChildRecord[],
  now: number,
  hands: Hands,
): boolean {
  const { spec, removed } = service;
  const places = placesOf(service);
  const working = children.filter((child) => isActive(child) && child.life.name !== 'draining');
  // Whoever hands its rooms over is only on its way to be a spare.
  const staying = spec.sharded ? children.filter(({ life }) => life.name !== 'draining') : children;
  const areTooMany = staying.length > targetOf(state, service, children);
  if (!areTooMany && working.length <= places) return false;
  if (removed && state.reload?.phase === 'preparing') return false;
  const old = working.find((child) => isToBeReplaced(state, child));
  const [idle] = children.filter((child) => !isActive(child)).sort(byUse);
  const least = removed || working.length > places ? (old ?? working.at(-1) ?? idle) : idle;
  if (!least || least.life.name === 'draining' || least.life.name === 'ending') return false;
  if (areTooMany) hands.mark(least.id, { leaving: true });
  const deadline = now + spec.handOverMs;
  hands.apply(least.id, { kind: 'drain', deadline, handOver: !removed, again: !areTooMany });
  return true;
}

function isComing({ life }: ChildRecord): boolean {
  return life.name === 'spawning' || life.name === 'registered' || life.name === 'initialising';
}

/** Those that are the least use come first: who is on its way out or has no process, then who is not ready yet. */
function byUse(a: ChildRecord, b: ChildRecord): number {
  const use = (child: ChildRecord) =>
    child.life.name === 'draining' ? 0 : Number('pid' in child.life) + Number(isReady(child));
  return use(a) - use(b) || b.id.localeCompare(a.id);
}

function freeId(state: RosterState, service: string): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? service : `${service}.${number}`;
    if (!state.children.has(id)) return id;
  }
}
