import type { RoomState } from './http/page.ts';
import type { ReplayRule } from './room/history.ts';
import { FRIENDLY_RATES, randomScenario, type Rates } from './scenario/random-scenario.ts';
import type { Schedule } from './scenario/schedule.ts';
import { readScript } from './scenario/script.ts';
import { checkTestSignature, type SignatureCheck } from './wire/signature.ts';

/** What the room plays by itself, counted from the first connection of a client. */
export type ScenarioChoice =
  /** Nothing: only what is said through the API. */
  | { readonly type: 'silent' }
  /** A random room; rates in occurrences per minute, all multiplied by `pace`. */
  | {
      readonly type: 'random';
      readonly rates?: Partial<Rates>;
      readonly pace?: number;
      readonly castSize?: number;
    }
  /** A list of `{atMs, kind, ...}`, checked when the room opens. */
  | { readonly type: 'script'; readonly script: unknown };

/** Everything that can be chosen about a room. */
export type RoomSettings = {
  /** 0: a free one. */
  readonly port: number;
  readonly webRid: string;
  readonly anchor: string;
  readonly title: string;
  readonly state: RoomState;
  /** Decides who says what and when; ids of messages and of the room are new with each start. */
  readonly seed: number;
  readonly scenario: ScenarioChoice;
  /** The first page request gets a stub page with the cookie `__ac_nonce`. */
  readonly acNonce: boolean;
  /** False: any signature will do; true: that of `test-signer.ts`; or a check of one's own. */
  readonly requireSignature: boolean | SignatureCheck;
  /** The platform PINGs, and closes at 21 s without a pong (recorded) or without heartbeats (reported). */
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  /** Answer a heartbeat with one. */
  readonly answerHeartbeats: boolean;
  /** What a client receives again when it connects. */
  readonly replay: ReplayRule;
  /** At most so many of the recent ones, and never more than `need_persist_msg_count` of the client. */
  readonly replayCount: number;
  /** Response.heartbeat_duration in seconds. */
  readonly heartbeatDuration: number;
  /** Response.push_server, which sends clients to another host; '' for none. */
  readonly pushServer: string;
  /** Records kept in memory. */
  readonly sentLimit: number;
  /** File of JSON lines that everything sent is appended to; '' for none. */
  readonly logFile: string;
};

export const DEFAULT_SETTINGS: RoomSettings = {
  port: 0,
  webRid: 'demo',
  anchor: '小芳的鲜花饼',
  title: '云南鲜花饼 现烤现发',
  state: 'live',
  seed: 1,
  scenario: { type: 'random' },
  acNonce: false,
  requireSignature: false,
  pingIntervalMs: 10_000,
  pongTimeoutMs: 21_000,
  heartbeatTimeoutMs: 30_000,
  answerHeartbeats: true,
  replay: 'recent-and-unacked',
  replayCount: 15,
  heartbeatDuration: 10,
  pushServer: '',
  sentLimit: 100_000,
  logFile: '',
};

/** The check that the choice stands for. */
export function signatureCheckOf(choice: RoomSettings['requireSignature']): SignatureCheck | undefined {
  if (typeof choice === 'function') return choice;
  return choice ? checkTestSignature : undefined;
}

/**
 * Lays out what the room plays.
 *
 * @throws {TypeError} when the script is wrong.
 */
export function scheduleOf(scenario: ScenarioChoice, seed: number, startSecond: number): Schedule {
  switch (scenario.type) {
    case 'silent':
      return [].values();
    case 'script':
      return readScript(scenario.script, { seed, startSecond }).values();
    case 'random': {
      const { pace = 1, castSize = 40 } = scenario;
      const rates = { ...FRIENDLY_RATES, ...scenario.rates };
      const paced = Object.fromEntries(Object.entries(rates).map(([kind, rate]) => [kind, rate * pace]));
      return randomScenario({ seed, rates: { ...rates, ...paced }, castSize, startSecond });
    }
  }
}
