import type { Logger } from '../../logger.ts';
import type { Clock } from './clock.ts';
import { openDeadline } from './deadline.ts';
import type { EndpointStatistics } from './endpoint-statistics.ts';
import { judgeRestart } from './maintenance.ts';
import type { RestartReason, RestartRules } from './maintenance.ts';
import type { EndpointState } from './statistics.ts';

/** The part of a guarded endpoint that is renewed. */
export interface Renewable {
  readonly name: string;
  readonly ready: boolean;
  readonly canRestart: boolean;
  readonly state: EndpointState;
  readonly statistics: EndpointStatistics;
  restart(signal: AbortSignal): Promise<void>;
}

export interface MaintainedEngine {
  id: string;
  endpoints: readonly Renewable[];
  /** `readyMs`: until a restarted server has to be there again. */
  rules: RestartRules & { readyMs: number };
  /** Resident memory of the server behind the endpoint of that place in the list; 0: not known. Never throws. */
  readMemoryMb?: (at: number) => Promise<number>;
}

export interface MaintainerOptions {
  engines: readonly MaintainedEngine[];
  /** All servers that may take over; those of the engines here unless told. */
  servers?: readonly { readonly ready: boolean }[];
  /** Whether the embedded voice can speak. */
  isLastResortReady: () => boolean;
  clock: Clock;
  log: Logger;
}

interface Attempts {
  count: number;
  lastAt: number;
}

const lookEveryMs = 500;
const sampleEveryMs = 30_000;
/** What is bad again so soon after a restart was not mended by it. Longer than the longest pause between attempts. */
const forgetAfterMs = 1_200_000;

/** Renews servers that decay, one of each engine at a time, when nobody waits for them. */
export class Maintainer {
  readonly #options: MaintainerOptions;
  readonly #attempts = new Map<Renewable, Attempts>();
  readonly #renewing = new Map<Renewable, Promise<void>>();
  readonly #memoryMb = new Map<Renewable, number>();
  #sampledAt = -Infinity;

  constructor(options: MaintainerOptions) {
    this.#options = options;
  }

  /** Looks until the signal says stop, and returns when no restart is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    while (await this.#options.clock.delay(lookEveryMs, signal)) this.look(signal);
    await Promise.all(this.#renewing.values());
  }

  /** Begins what restarts are due. */
  look(signal: AbortSignal): void {
    this.#sample();
    for (const engine of this.#options.engines) {
      for (const endpoint of engine.endpoints) {
        const reason = this.#judge(engine, endpoint);
        if (reason) this.#renewing.set(endpoint, this.#renew(engine, endpoint, reason, signal));
      }
    }
  }

  /** What comes in late says how it was when it was asked for: before a restart, that is of no use. */
  #sample(): void {
    const now = this.#options.clock.now();
    if (now - this.#sampledAt < sampleEveryMs) return;
    this.#sampledAt = now;
    for (const { endpoints, rules, readMemoryMb } of this.#options.engines) {
      if (!readMemoryMb || !rules.enabled || rules.maxMemoryMb === 0) continue;
      for (const [at, endpoint] of endpoints.entries()) {
        const { restarts } = endpoint.statistics;
        void readMemoryMb(at).then((memoryMb) => {
          if (endpoint.statistics.restarts === restarts) this.#memoryMb.set(endpoint, memoryMb);
        });
      }
    }
  }

  #judge(engine: MaintainedEngine, endpoint: Renewable): RestartReason | '' {
    const { clock } = this.#options;
    const { state, statistics } = endpoint;
    const isCold = state.state === 'cold';
    if (!endpoint.canRestart || isCold || this.#renewing.has(endpoint)) return '';
    const { requestsSinceRestart, firstByteP95Ms, baselineP95Ms, sentinelsInARow, lastRequestAt, verdicts } =
      statistics;
    const now = clock.now();
    const attempts = this.#attemptsOf(endpoint);
    const facts = {
      now,
      requestsSinceRestart,
      firstByteP95Ms,
      baselineP95Ms,
      judged: verdicts.size,
      rejected: verdicts.values.filter((ok) => ok === 0).length,
      sentinelsInARow,
      memoryMb: this.#memoryMb.get(endpoint) ?? 0,
      isOccupied: state.inFlight > 0 || state.queued > 0 || state.state === 'probing',
      lastRequestAt,
      isSiblingRenewing: engine.endpoints.some((other) => this.#renewing.has(other)),
      isServedMeanwhile: this.#options.isLastResortReady() || this.#isReplaced(endpoint),
      isReplaced: this.#isReplaced(endpoint),
      attempts: attempts.count,
      lastAttemptAt: attempts.lastAt,
    };
    return judgeRestart(facts, engine.rules);
  }

  #isReplaced(endpoint: Renewable): boolean {
    const { engines, servers = engines.flatMap(({ endpoints }) => endpoints) } = this.#options;
    return servers.some((other) => other !== endpoint && other.ready);
  }

  async #renew(
    { id, rules }: MaintainedEngine,
    endpoint: Renewable,
    reason: RestartReason,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, log } = this.#options;
    log.info({ engine: id, endpoint: endpoint.name, reason }, 'restarting a server');
    try {
      using limit = openDeadline(clock, rules.readyMs, signal);
      await endpoint.restart(limit.signal);
      log.info({ engine: id, endpoint: endpoint.name }, 'server is there again');
    } catch (error) {
      log.warn({ err: error, engine: id, endpoint: endpoint.name }, 'server was not restarted');
    } finally {
      const count = this.#attemptsOf(endpoint).count + 1;
      this.#attempts.set(endpoint, { count, lastAt: clock.now() });
      this.#renewing.delete(endpoint);
      this.#memoryMb.delete(endpoint);
    }
  }

  #attemptsOf(endpoint: Renewable): Attempts {
    const attempts = this.#attempts.get(endpoint);
    const isLately = attempts && this.#options.clock.now() - attempts.lastAt < forgetAfterMs;
    return isLately ? attempts : { count: 0, lastAt: -Infinity };
  }
}
