import { pino } from 'pino';
import type { Config } from '../../protocol/config.ts';
import { demoConfig } from '../../protocol/config.ts';
import { readConfig } from '../../protocol/read-config.ts';
import type { ChildRecord, Life } from '../../supervisor/child-record.ts';
import { newChild } from '../../supervisor/child-record.ts';
import type { ChildSpec } from '../../supervisor/child-spec.ts';
import { childSpecs } from '../../supervisor/child-spec.ts';
import type { RosterState } from '../../supervisor/roster-state.ts';
import { Roster } from '../../supervisor/roster.ts';

/** The configuration of the demonstration. */
export function demo(): Config {
  const result = readConfig(demoConfig, {});
  if (!result.ok) throw new Error('the demonstration is not valid');
  return result.config;
}

/** What is known of a service of the demonstration, such as `tts`, with some of it changed. */
export function specOf(id: string, change: Partial<ChildSpec> = {}): ChildSpec {
  const spec = childSpecs(demo()).find((one) => one.id === id);
  if (!spec) throw new Error(`There is no service "${id}"`);
  return { ...spec, ...change };
}

const beating = {
  since: 0,
  heardAt: 0,
  progressAt: 0,
  lastProgressAt: 0,
  cutOffSince: undefined,
  readySince: 0,
};

/** A life in which the heart beats. */
export function alive(name: 'initialised' | 'starting' | 'running', pid = 1): Life {
  return { ...beating, name, pid };
}

/** A child of a service; the first of it unless it has another id. Without more it is stopped. */
export function childOf(service: string, given: Partial<ChildRecord> = {}): ChildRecord {
  const spec = given.spec ?? specOf(service);
  return { ...newChild(spec, given.id ?? service), generation: 1, edition: 1, ...given };
}

/** A child that works. */
export function worker(service: string, given: Partial<ChildRecord> = {}): ChildRecord {
  return childOf(service, { life: alive('running'), duty: { lease: service, epoch: 1 }, ...given });
}

/** Services of the demonstration that have these children. */
export function stateOf(children: ChildRecord[]): RosterState {
  const { state } = new Roster(childSpecs(demo()));
  for (const child of children) {
    state.children.set(child.id, child);
    const service = state.services.get(child.spec.id);
    if (service) service.spec = child.spec;
  }
  return state;
}

export const silent = pino({ level: 'silent' });

/** A log that keeps what it is told, from the given level on. */
export function keptLog(level: 'info' | 'warn' | 'error'): { log: pino.Logger; messages: string[] } {
  const messages: string[] = [];
  const log = pino(
    { level },
    { write: (line: string) => void messages.push((JSON.parse(line) as { msg: string }).msg) },
  );
  return { log, messages };
}
