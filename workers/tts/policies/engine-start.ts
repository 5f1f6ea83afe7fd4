import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { Logger } from '../../logger.ts';
import type { Clock } from './clock.ts';
import { openDeadline } from './deadline.ts';

/** What has to be warmed up before it is of use. */
export interface Warmable {
  readonly name: string;
  /** Throws ConfigurationError for what no waiting mends. */
  warmUp(signal: AbortSignal): Promise<void>;
}

export interface EngineStartOptions {
  endpoints: readonly Warmable[];
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  /** For the operator. */
  notice: (level: 'info' | 'warn', text: string) => void;
  log: Logger;
}

/** Loading a model from a slow disk takes this long at the most. */
const attemptMs = 180_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** Somebody has to change something first; a file that was missing may still be put there. */
const misconfiguredPauseMs = 300_000;

/**
 * Warms endpoints up beside the running show, each until it succeeds or the signal says stop. It returns when there is none left; the
 * show does not wait for it.
 */
export async function startEngines(options: EngineStartOptions, signal: AbortSignal): Promise<void> {
  await Promise.all(options.endpoints.map(async (endpoint) => await start(endpoint, options, signal)));
}

async function start(endpoint: Warmable, options: EngineStartOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, log, notice } = options;
  let toldProblem = '';
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      using limit = openDeadline(clock, attemptMs, signal);
      await endpoint.warmUp(limit.signal);
      log.info({ endpoint: endpoint.name, failures }, 'engine is warm');
      if (toldProblem) notice('info', `${endpoint.name} speaks now`);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const isMisconfigured = error instanceof ConfigurationError;
      log.warn({ err: error, endpoint: endpoint.name, failures }, 'engine is not there yet');
      if (isMisconfigured && toldProblem !== error.message) {
        toldProblem = error.message;
        notice('warn', `${endpoint.name} cannot speak: ${error.message}`);
      }
      const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(failures, 16), longestPauseMs);
      await clock.delay(
        (isMisconfigured ? misconfiguredPauseMs : pauseMs) * (0.75 + random() * 0.25),
        signal,
      );
    }
  }
}
