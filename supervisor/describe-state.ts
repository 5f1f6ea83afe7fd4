import type { OpenIncident, ServiceState } from '../protocol/ipc.ts';
import type { IncidentRecord } from './incidents/incident-record.ts';
import type { RosterState } from './roster-state.ts';
import { childrenOf, conditionOf, isActive, isReady, placesOf } from './roster-state.ts';

export function describeServices(state: RosterState): ServiceState[] {
  return [...state.services.values()]
    .filter(({ removed }) => !removed)
    .map(({ spec, wanted, epoch }) => {
      const children = childrenOf(state, spec.id);
      return {
        id: spec.id,
        role: spec.role,
        wanted,
        working: children.filter((child) => isActive(child) && child.life.name === 'running').length,
        spares: children.filter(isReady).length,
        condition: conditionOf(state, spec.id),
        epoch,
      };
    });
}

export function describeIncidents(incidents: IncidentRecord[]): OpenIncident[] {
  return incidents.map(({ id, component, problem, severity, state, openedAt, summary }) => ({
    id,
    component,
    problem,
    severity,
    state,
    openedAt,
    summary,
  }));
}

/** Children that wait beyond those that work: not the ones that the service is still missing. */
export function spareIds(state: RosterState): Set<string> {
  const spares = new Set<string>();
  for (const service of state.services.values()) {
    const children = childrenOf(state, service.spec.id);
    const missing = Math.max(0, placesOf(service) - children.filter(isActive).length);
    const waiting = children.filter((child) => !isActive(child));
    for (const child of waiting.slice(missing)) spares.add(child.id);
  }
  return spares;
}
