import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { Draw, SpokenText } from '../endpoint.ts';
import { EngineError } from '../endpoint.ts';
import type { SoundLimits } from '../http/fetch-sound.ts';

/** The first sentence after a start has to load and compile what later ones find ready. */
const leastMs = 60_000;

/** A draw that is nothing special. */
export const plainDraw: Draw = { seed: 1, safer: false, streamed: true };

/** Long enough that no engine swallows it, short enough for the slowest. */
const texts: Readonly<Record<string, string>> = {
  en: 'Hello, and welcome.',
  ja: 'みなさんこんにちは。',
  ko: '여러분 안녕하세요.',
};

/** What is said to warm up, in a language as GPT-SoVITS names them (`zh`, `all_ja`, `auto_yue`); Chinese unless it is another one. */
export function warmUpText(language: string): SpokenText {
  const text = texts[language.split('_').at(-1) ?? ''] ?? '大家好欢迎光临。';
  return { text, voice: '', speed: 1 };
}

export function warmUpLimits(limits: SoundLimits, atLeastMs = leastMs): SoundLimits {
  const longer = Math.max(limits.totalMs, atLeastMs);
  return { ...limits, firstByteMs: longer, gapMs: Math.max(limits.gapMs, 10_000), totalMs: longer };
}

/** Statuses by which a server says that the same request will never do. */
const lasting = new Set([400, 401, 403, 404, 405, 415, 422]);
/** Reported like a wrong parameter, and over when others let go of the card. */
const passing = /out of memory|cuda|cublas|cudnn/i;

/** What a server refuses to do at warm-up is the configuration's fault: nothing was asked for but what stands there. */
export function blameConfiguration(error: unknown, pathOf: (message: string) => string): unknown {
  if (!(error instanceof EngineError) || error.code !== 'refused') return error;
  if (!lasting.has(error.status) || passing.test(error.message)) return error;
  return new ConfigurationError([{ path: pathOf(error.message), message: error.message }]);
}
