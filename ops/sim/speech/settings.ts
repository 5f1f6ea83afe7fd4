import type { SpeechFault } from '../../../protocol/simulated-faults.ts';

/** How long the work takes, before any fault. */
export type InferenceSettings = {
  readonly fixedMs: number;
  readonly msPerChar: number;
  /** Share by which each request's time varies, up and down, drawn from the seed. */
  readonly jitter: number;
  /** Share of the time after which a stream has its first byte; the last piece is there at the end of it. */
  readonly firstShare: number;
};

/** What faults take. */
export type FaultTimes = {
  readonly slowFirstByteMs: number;
  readonly busyMs: number;
  readonly restartMs: number;
  readonly refuseMs: number;
  readonly lorisPauseMs: number;
  /** After an exception in a stream the model is loaded again, and only then the connection ends. */
  readonly reloadMs: number;
  /** What each request that draws `degradation` adds to all later ones. */
  readonly degradationMs: number;
  readonly hugeBytes: number;
  readonly retryAfterSeconds: number;
};

/** Which requests for speech get a fault: what a request asks for itself comes first, then these in their order. */
export type FaultSettings = {
  /** For the coming requests, one each. */
  readonly next: readonly SpeechFault[];
  /** For every request; `ok`: none. */
  readonly always: SpeechFault;
  /** Share of the requests, drawn from the seed. */
  readonly probabilities: Partial<Readonly<Record<SpeechFault, number>>>;
};

/** What all simulated speech servers have in common. */
export type SpeechSettings = {
  /** 0: a free one. */
  readonly port: number;
  /** Decides who gets which fault, the jitter, and how requests sound that leave their seed open. */
  readonly seed: number;
  readonly inference: InferenceSettings;
  readonly faults: FaultSettings;
  readonly times: FaultTimes;
  /** File of JSON lines, one for each answered request; '' for none. */
  readonly logFile: string;
  /** Records kept in memory. */
  readonly logLimit: number;
  /** Memory for sounds that were made already. */
  readonly voiceCacheMb: number;
};

/** Each group may be given in part. */
export type SpeechOptions = Partial<Omit<SpeechSettings, 'inference' | 'faults' | 'times'>> & {
  readonly inference?: Partial<InferenceSettings>;
  readonly faults?: Partial<FaultSettings>;
  readonly times?: Partial<FaultTimes>;
};

export const DEFAULT_SPEECH: SpeechSettings = {
  port: 0,
  seed: 1,
  inference: { fixedMs: 5, msPerChar: 0, jitter: 0, firstShare: 0.3 },
  faults: { next: [], always: 'ok', probabilities: {} },
  times: {
    slowFirstByteMs: 3_000,
    busyMs: 3_000,
    restartMs: 10_000,
    refuseMs: 3_000,
    lorisPauseMs: 1_000,
    reloadMs: 100,
    degradationMs: 50,
    hugeBytes: 10 * 2 ** 30,
    retryAfterSeconds: 1,
  },
  logFile: '',
  logLimit: 10_000,
  voiceCacheMb: 64,
};

/** The options with everything that was left open. */
export function fillSettings(options: SpeechOptions): SpeechSettings {
  return {
    ...DEFAULT_SPEECH,
    ...options,
    inference: { ...DEFAULT_SPEECH.inference, ...options.inference },
    faults: { ...DEFAULT_SPEECH.faults, ...options.faults },
    times: { ...DEFAULT_SPEECH.times, ...options.times },
  };
}
