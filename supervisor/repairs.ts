import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { freeDisk } from './free-disk.ts';
import type { ActionName } from './incidents/playbook.ts';
import { restartedByPlaybook } from './incidents/playbook.ts';
import { roleOf } from './incidents/signal.ts';
import type { RosterState, RosterEvent } from './roster-state.ts';
import { childrenOf, conditionOf } from './roster-state.ts';

export interface RepairsOptions {
  state: RosterState;
  home: string;
  log: Logger;
  say: (line: string) => void;
  tell: (event: RosterEvent) => void;
  restartBus: () => void;
  /** Goes back to the configuration before the last one; false: there is none. */
  rollBack: () => boolean;
  /** Bytes that are free for us on the disk of the home; asks the system unless a test says otherwise. */
  freeBytes?: () => number;
}

/** Folders in the home that can be made anew, by role. What another role uses and can read is left alone. */
const cachesOf = (role: string): string[] => (role === 'tts' ? ['cache', 'speech-cache'] : ['cache']);

/** What a playbook may order, done. Each is safe to do at any time, and to do twice. */
export class Repairs {
  readonly #options: RepairsOptions;

  constructor(options: RepairsOptions) {
    this.#options = options;
  }

  /** Never throws: an action that fails shows by its verification. */
  act(action: ActionName, component: string): void {
    const { log, say, state, restartBus, rollBack } = this.#options;
    try {
      switch (action) {
        case 'none':
          return;
        case 'replace':
          return this.#retire(component);
        case 'restart':
        case 'reconnect':
          return component === 'bus' ? restartBus() : this.#restart(component);
        case 'restart-dependency':
          for (const id of state.services.get(component)?.spec.dependsOn ?? [])
            // What is well is left alone.
            if (conditionOf(state, id) !== 'well') this.#retire(id);
          return;
        case 'restart-bus':
          return restartBus();
        case 'set-cache-aside':
          return this.#setCacheAside(component);
        case 'free-disk':
          return this.freeDisk();
        case 'roll-back-configuration':
          if (!rollBack()) log.info('no configuration to go back to');
          return;
        case 'scale-up':
          return this.#scaleUp(component);
        case 'degrade':
          if (component !== 'bus' && !state.services.has(component)) return;
          return say(`${component} does not work; the rest goes on without it`);
        case 'tell-people':
          return say(`${component} needs somebody: see log/incidents.ndjson`);
      }
    } catch (error) {
      log.error({ err: error, action, component }, 'a repair failed');
    }
  }

  freeDisk(): void {
    const { home, log, freeBytes } = this.#options;
    log.warn({ files: freeDisk(home, freeBytes) }, 'freed disk');
  }

  #retire(service: string): void {
    const { state, tell } = this.#options;
    for (const { id, duty } of childrenOf(state, service)) {
      if (duty) tell({ kind: 'retire', id, reason: 'a playbook asks for it' });
    }
  }

  #restart(service: string): void {
    const { state, tell } = this.#options;
    for (const { id, generation, duty, life } of childrenOf(state, service)) {
      // One that has just taken over is the repair itself, and is ended by its own deadline if it does not start.
      if (!duty || life.name === 'starting') continue;
      const event = {
        kind: 'condemn',
        reason: restartedByPlaybook,
        again: true,
        // Not politely: its successor starts now, and must not find it still speaking.
        stage: 'kill',
      } as const;
      tell({ kind: 'child', id, generation, event });
    }
    for (const { id, generation } of childrenOf(state, service))
      tell({ kind: 'child', id, generation, event: { kind: 'wake' } });
  }

  #setCacheAside(component: string): void {
    for (const name of cachesOf(roleOf(component))) {
      const cache = join(this.#options.home, name);
      if (existsSync(cache) && readdirSync(cache).length > 0)
        renameSync(cache, `${cache}-aside-${Date.now()}`);
    }
  }

  #scaleUp(service: string): void {
    const { state, tell } = this.#options;
    const wanted = (state.services.get(service)?.wanted ?? 0) + 1;
    tell({ kind: 'scale', service, wanted });
  }
}
