/** What is to be said: text that is already fit for speech, in the name that segments use for a voice; '' is the engine's usual one. */
export interface SpokenText {
  text: string;
  voice: string;
  /** 1: as the engine speaks. */
  speed: number;
}

/** How a try differs from an ordinary one. An engine that lacks one of these ignores it. */
export interface Draw {
  /** The same text and seed give the same sound; another seed another rendition. */
  seed: number;
  /** Steadier sampling: less lively, fewer slips. */
  safer: boolean;
  /** The sound may come in pieces while it is made. Whole is slower, and safer. */
  streamed: boolean;
}

/** Samples as the engine gave them: unjudged, untrimmed. Mono. */
export interface RawSound {
  samples: Int16Array<ArrayBuffer>;
  sampleRateHz: number;
}

/**
 * What went wrong, as far as it matters for what to do next. `busy`: it works on something else, which is no failure of it. `unreachable`:
 * no connection. `server`: 5xx. `refused`: 4xx, this text or these parameters will not do there. `cut-off`: the body ended in the middle.
 * `garbage`: not the sound that was agreed on. `sentinel`: the mark by which an engine tells an error as a success. `too-large`: more bytes
 * than any sentence has. The rest are deadlines.
 */
export const engineFaults = [
  'busy',
  'unreachable',
  'server',
  'refused',
  'cut-off',
  'garbage',
  'sentinel',
  'too-large',
  'connect-timeout',
  'first-byte-timeout',
  'gap-timeout',
  'total-timeout',
] as const;
export type EngineFault = (typeof engineFaults)[number];

/** An endpoint failed; `status` is the HTTP status when there was an answer, `retryAfterMs` what it asked for. */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly code: EngineFault;
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(
    code: EngineFault,
    message: string,
    { status = 0, retryAfterMs = 0, cause }: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface SpeakOptions {
  draw: Draw;
  /** Says stop: the work is then really ended as far as that is possible, and the signal's reason thrown. */
  signal: AbortSignal;
  /** Called once, when the first byte of sound is there. */
  onFirstByte: () => void;
}

/** One server, or one local program, that turns text into sound. It neither retries nor judges: its callers do, alike for all. */
export interface Endpoint extends AsyncDisposable {
  /** For logs and reports: the engine's id and, where there are several, the address. */
  readonly name: string;
  /** How many requests it may be given at the same time. */
  readonly slots: number;
  /** Finds out what it can, loads what it needs, and speaks once. Throws EngineError, or ConfigurationError for what no waiting mends. */
  warmUp(signal: AbortSignal): Promise<void>;
  /** Throws EngineError, or the signal's reason. */
  speak(text: SpokenText, options: SpeakOptions): Promise<RawSound>;
  /** Whether it is there at all: cheap, without effect. Only asked while nothing of ours is in flight there. Throws EngineError. */
  probe(signal: AbortSignal): Promise<void>;
  /** Renews the server; returns when it is warm again. Missing where there is nothing to renew. */
  restart?(signal: AbortSignal): Promise<void>;
}

/** Endpoints that speak alike, in order of preference, and which draws make a difference there. */
export interface Engine {
  readonly id: string;
  /** The configuration's `type`, or `embedded`. */
  readonly type: string;
  readonly endpoints: readonly Endpoint[];
  readonly draws: { seeds: boolean; safer: boolean; whole: boolean };
}
