import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ChildRecord } from './child-record.ts';
import { HostWatch } from './host-watch.ts';
import type { Signal, SignalKind } from './incidents/signal.ts';
import { ResourceWatch } from './resource-watch.ts';
import type { ResourceVerdict } from './resource-verdict.ts';
import type { RosterEvent, RosterState } from './roster-state.ts';
import { Scaler } from './scaler.ts';

export interface UpkeepOptions {
  state: RosterState;
  home: string;
  sampleMs: number;
  log: Logger;
  say: (line: string) => void;
  /** Of the supervisor's clock. */
  now: () => number;
  countersOf: (id: string) => Record<string, number>;
  tell: (event: RosterEvent) => void;
  signal: (signal: Signal) => void;
  onLooked: () => void;
  stopped: AbortSignal;
  /** Between two looks at host and numbers; as usual unless a test says otherwise. */
  lookEveryMs?: number;
}

const usualLookEveryMs = 5_000;

/** What is looked after all the time: memory and CPU of children and host, how many of them there are, and how old they get. */
export class Upkeep {
  readonly resources: ResourceWatch;
  readonly #options: UpkeepOptions;
  readonly #host: HostWatch;
  readonly #scaler: Scaler;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    const { state, home, sampleMs, log, say, now, countersOf, tell, onLooked, stopped } = options;
    this.resources = new ResourceWatch({
      log,
      sampleMs,
      now,
      children: () => [...state.children.values()],
      onVerdict: (child, verdict) => this.#judged(child, verdict),
      onLooked,
      signal: stopped,
    });
    this.#host = new HostWatch({
      home,
      log,
      onSignal: (kind, detail) => this.#note('host', '', kind, detail),
    });
    this.#scaler = new Scaler({
      state,
      resources: this.resources,
      counters: countersOf,
      onScale: (service, wanted, reason) => {
        this.#note(service, '', 'scaled', `to ${wanted}: ${reason}`);
        say(`${service}: ${wanted} at work from now on (${reason})`);
        tell({ kind: 'scale', service, wanted });
      },
      onRecycle: ({ id, cause, reason }) => {
        const component = state.children.get(id)?.spec.id;
        if (cause === 'memory-trend' && component !== undefined)
          this.#note(component, id, 'memory-trend', reason);
        tell({ kind: 'retire', id, reason });
      },
    });
  }

  /** Runs until it is stopped. */
  async run(): Promise<void> {
    await Promise.all([this.resources.run(), this.#look()]);
  }

  async #look(): Promise<void> {
    const { state, now, log, stopped, lookEveryMs = usualLookEveryMs } = this.#options;
    while (!stopped.aborted) {
      await sleep(lookEveryMs, undefined, { signal: stopped }).catch(() => undefined);
      if (stopped.aborted) return;
      try {
        const host = await this.#host.look(now());
        if (state.sparesAllowed) this.#scaler.look(now(), host);
      } catch (error) {
        log.error({ err: error }, 'cannot look after the host and the number of children');
      }
    }
  }

  #judged({ id, spec, generation, retiring }: ChildRecord, { kind, reason, busy }: ResourceVerdict): void {
    const { tell } = this.#options;
    if (busy) this.#note(spec.id, id, 'cpu-high', reason);
    if (kind === 'hard') {
      this.#note(spec.id, id, 'memory-hard', reason);
      tell({ kind: 'child', id, generation, event: { kind: 'condemn', reason, again: true, stage: 'kill' } });
    } else if (kind === 'soft' && retiring === '') {
      this.#note(spec.id, id, 'memory-soft', reason);
      tell({ kind: 'retire', id, reason });
    }
  }

  #note(component: string, child: string, kind: SignalKind, detail: string): void {
    this.#options.signal({ at: Date.now(), component, child, kind, detail });
  }
}
