import type { Config } from '../protocol/config.ts';
import type { ReloadState, SupervisorState } from '../protocol/ipc.ts';
import type { BusLink } from './bus-link.ts';
import type { Conversation } from './conversation.ts';
import type { Crew } from './crew.ts';
import { describeChild } from './describe-child.ts';
import { describeIncidents, describeServices, spareIds } from './describe-state.ts';
import type { Healing } from './healing.ts';
import { readProcess } from './process-table.ts';
import type { ResourceWatch } from './resource-watch.ts';
import type { Output, RosterState } from './roster-state.ts';

export interface StateViewOptions {
  startedAt: Date;
  configFile: string;
  roster: RosterState;
  bus: Pick<BusLink, 'state'>;
  crew: Pick<Crew, 'startTimeOf'>;
  healing: Pick<Healing, 'open'>;
  resources: Pick<ResourceWatch, 'of'>;
  conversation: Pick<Conversation, 'countersOf'>;
  /** The configuration that is wanted now. */
  config: () => Pick<Config, 'rooms' | 'ingest'>;
}

/** Everything that the state file shows, gathered from those who know it. */
export class StateView {
  readonly runId: string;
  readonly #startTime = readProcess(process.pid)?.startTime ?? '';
  phase: SupervisorState['state'] = 'starting';
  readonly #options: StateViewOptions;
  readonly #since = new Map<string, number>();
  #reload: ReloadState | null = null;
  #late = { times: 0, ms: 0 };

  constructor(options: StateViewOptions) {
    this.#options = options;
    this.runId = options.startedAt.getTime().toString(36);
  }

  /** `at` in unix milliseconds. */
  note(output: Output, at: number): void {
    if (output.kind === 'changed') this.#since.set(output.child.id, Math.round(at));
    if (output.kind === 'gone') this.#since.delete(output.id);
    if (output.kind === 'reload') this.noteReload(output.phase, output.edition, output.reason);
  }

  noteReload(phase: ReloadState['phase'], edition: number, reason: string): void {
    // Why it was rolled back is said when that begins, and still true at its end.
    const why = reason === '' && phase === 'rolled-back' ? (this.#reload?.reason ?? '') : reason;
    this.#reload = { phase, edition, reason: why, at: Date.now() };
  }

  noteLate(ms: number): void {
    this.#late = { times: this.#late.times + 1, ms: Math.round(this.#late.ms + ms) };
  }

  read(): SupervisorState {
    const { startedAt, configFile, roster, bus, crew, healing, resources, conversation } = this.#options;
    const { rooms, ingest } = this.#options.config();
    const spares = spareIds(roster);
    return {
      pid: process.pid,
      startTime: this.#startTime,
      startedAt: startedAt.toISOString(),
      runId: this.runId,
      state: this.phase,
      configFile,
      nats: bus.state,
      console: null,
      children: [...roster.children.values()].map((child) =>
        describeChild(child, {
          usage: resources.of(child.id),
          counters: conversation.countersOf(child.id),
          startTime: crew.startTimeOf(child.id),
          since: this.#since.get(child.id) ?? startedAt.getTime(),
          spare: spares.has(child.id),
        }),
      ),
      services: describeServices(roster),
      rooms: rooms.map(({ id }) => id),
      maxRooms: ingest.maxRooms,
      reload: this.#reload,
      incidents: describeIncidents(healing.open),
      late: this.#late,
      rssMb: Math.round(process.memoryUsage.rss() / 1e5) / 10,
    };
  }
}
