import type { ChildRecord, LifeEvent } from './child-record.ts';
import type { ChildSpec } from './child-spec.ts';
import type { Output, Reload, RosterState } from './roster-state.ts';
import { childrenOf, hasEnded, isActive, isReady, newService } from './roster-state.ts';

/** A new edition that is not ready by then is not waited for. */
const prepareMs = 60_000;
const switchMs = 120_000;
/** So long everything of the new edition has to run before the old one is forgotten. */
const probationMs = 10_000;
/** One failure may be chance. So may a few that somebody's SIGKILL made; yet it may be the kernel's, for want of memory. */
const maxFailures = 2;
const maxKills = 8;

/** Makes another configuration, or the same with new code, the one that is wanted. */
export function beginReload(state: RosterState, specs: ChildSpec[], edition: number, now: number): Output[] {
  // While one is on its way, the configuration that last worked stays the one to go back to.
  const from = state.reload?.from ?? {
    edition: state.edition,
    specs: [...state.services.values()].filter(({ removed }) => !removed).map(({ spec }) => spec),
  };
  state.edition = edition;
  state.reload = { phase: 'preparing', since: now, from, failures: 0, kills: 0 };
  wantSpecs(state, specs);
  return [{ kind: 'reload', phase: 'preparing', edition, reason: '' }];
}

/** How the reload comes along, looked at after every event. */
export function followReload(state: RosterState, now: number): Output[] {
  const { reload, edition } = state;
  if (!reload) return [];
  const enter = (phase: Reload['phase']): Output[] => {
    state.reload = { ...reload, phase, since: now };
    return [{ kind: 'reload', phase, edition, reason: '' }];
  };
  const ageMs = now - reload.since;
  switch (reload.phase) {
    case 'preparing':
      if (isPrepared(state)) return enter('switching');
      return ageMs < prepareMs ? [] : rollBack(state, reload, now, `not ready within ${prepareMs / 1_000} s`);
    case 'switching':
      if (isSwitched(state)) return enter('probation');
      return ageMs < switchMs
        ? []
        : rollBack(state, reload, now, `not in place within ${switchMs / 1_000} s`);
    case 'probation':
      // One has failed: from its return on, all have to run for that long again.
      if (!isSwitched(state)) return enter('switching');
      if (ageMs < probationMs) return [];
      state.reload = undefined;
      return [{ kind: 'reload', phase: 'done', edition, reason: '' }];
    case 'rolling-back':
      if (!isBack(state) && ageMs < switchMs) return [];
      state.reload = undefined;
      return [{ kind: 'reload', phase: 'rolled-back', edition, reason: '' }];
  }
}

/** A child of the new edition failed: chance, or the new edition. */
export function noteFailure(
  state: RosterState,
  before: ChildRecord,
  child: ChildRecord,
  event: LifeEvent,
  now: number,
): Output[] {
  const { reload } = state;
  if (!reload || reload.phase === 'rolling-back' || before.edition !== state.edition || before.leaving)
    return [];
  const failed =
    (event.kind === 'exited' && before.life.name !== 'draining' && before.life.name !== 'ending') ||
    (child.life.name === 'ending' && before.life.name !== 'ending' && child.life.again);
  if (!failed) return [];
  if (event.kind === 'exited' && event.exit === 'killed') reload.kills += 1;
  else reload.failures += 1;
  const hopeless = child.life.name === 'refused' || child.life.name === 'gave-up';
  if (!hopeless && reload.failures < maxFailures && reload.kills < maxKills) return [];
  const why = child.life.name === 'ending' ? child.life.reason : child.lastReason;
  return rollBack(state, reload, now, `${before.id} ${why}`);
}

function rollBack(state: RosterState, reload: Reload, now: number, reason: string): Output[] {
  state.edition = reload.from.edition;
  state.reload = { ...reload, phase: 'rolling-back', since: now };
  wantSpecs(state, reload.from.specs);
  return [{ kind: 'reload', phase: 'rolling-back', edition: state.edition, reason }];
}

function wantSpecs(state: RosterState, specs: ChildSpec[]): void {
  const wanted = new Set(specs.map(({ id }) => id));
  for (const spec of specs) {
    const known = state.services.get(spec.id);
    const stays = known !== undefined && !spec.swappable && known.spec.settings === spec.settings;
    const service = known ?? newService(spec, state.pastEpochs.get(spec.id));
    state.services.set(spec.id, service);
    service.removed = false;
    service.spec = spec;
    service.wanted = Math.min(Math.max(service.wanted, spec.replicas.min), spec.replicas.max);
    for (const child of childrenOf(state, spec.id)) {
      const goesOn = stays && 'pid' in child.life;
      state.children.set(child.id, { ...child, spec, ...(goesOn ? { edition: state.edition } : {}) });
    }
  }
  for (const [id, service] of state.services) if (!wanted.has(id)) service.removed = true;
}

/** Each service that works has somebody of the new edition to take over. */
function isPrepared(state: RosterState): boolean {
  const isNew = ({ edition }: ChildRecord) => edition === state.edition;
  return [...state.services.values()].every(({ spec, removed, proven }) => {
    if (removed || !spec.swappable || !proven) return true;
    const children = childrenOf(state, spec.id).filter((child) => !hasEnded(child));
    if (children.length === 0) return true;
    const actives = children.filter(isActive);
    if (actives.every(isNew) && actives.length > 0) return true;
    return children.some((child) => isReady(child) && isNew(child));
  });
}

function isSwitched(state: RosterState): boolean {
  return [...state.children.values()].every((child) => {
    if (child.leaving || state.services.get(child.spec.id)?.removed === true) return false;
    if (hasEnded(child)) return true;
    const inPlace = child.edition === state.edition;
    return inPlace && child.life.name !== 'draining' && (child.life.name === 'running' || isReady(child));
  });
}

/** What works is as it was. Spares may be missing for long: when code on disk is at fault, no roll-back mends that. */
function isBack(state: RosterState): boolean {
  const isInPlace = (child: ChildRecord) =>
    hasEnded(child) || (child.edition === state.edition && !child.leaving && child.life.name !== 'draining');
  return [...state.services.values()].every(({ spec, removed, proven }) => {
    const children = childrenOf(state, spec.id);
    if (removed) return children.every(hasEnded);
    return children.every(isInPlace) && (!proven || children.some(({ life }) => life.name === 'running'));
  });
}
