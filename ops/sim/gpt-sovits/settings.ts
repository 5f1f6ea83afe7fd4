import { fillSettings, type SpeechOptions, type SpeechSettings } from '../speech/settings.ts';

export const modelVersions = ['v1', 'v2', 'v2Pro', 'v2ProPlus', 'v3', 'v4'] as const;
export type ModelVersion = (typeof modelVersions)[number];

/** What a simulated GPT-SoVITS server is. */
export type GptSovitsSettings = SpeechSettings & {
  /** Of the model: decides sample rate, languages, what can be streamed and whether a prompt is needed. */
  readonly version: ModelVersion;
  /** `old`: from before the integer form of streaming_mode. */
  readonly release: 'current' | 'old';
  /** Reference sounds that the server has, with their length in seconds; `any`: every path is there, 5 s long. */
  readonly references: 'any' | Readonly<Record<string, number>>;
  /** Weights that the server has; `any`: every path is there. */
  readonly weights: 'any' | readonly string[];
  /** Share of the fragments that are so loud that they are brought down to exactly 1.0, whose peak then wraps. */
  readonly wrapShare: number;
};

/** Only for `api.py`, whose streaming, reference and format are told on its command line. */
export type OldApiSettings = GptSovitsSettings & {
  readonly streamMode: 'close' | 'normal';
  readonly defaultReference: { readonly path: string; readonly text: string; readonly language: string };
};

export type GptSovitsOptions = SpeechOptions & Partial<Omit<GptSovitsSettings, keyof SpeechSettings>>;
export type OldApiOptions = SpeechOptions & Partial<Omit<OldApiSettings, keyof SpeechSettings>>;

/** The options with everything that was left open. */
export function fillGptSovits(options: GptSovitsOptions): GptSovitsSettings {
  return {
    version: 'v2ProPlus',
    release: 'current',
    references: 'any',
    weights: 'any',
    wrapShare: 0,
    ...options,
    ...fillSettings(options),
  };
}

/** The same for `api.py`. */
export function fillOldApi(options: OldApiOptions): OldApiSettings {
  return {
    streamMode: 'close',
    defaultReference: { path: '', text: '', language: '' },
    ...options,
    ...fillGptSovits(options),
  };
}

/** Of the sound that a model gives. */
export function sampleRateOf(version: ModelVersion): number {
  if (version === 'v3') return 24_000;
  return version === 'v4' ? 48_000 : 32_000;
}

/** v3 and v4 decode with a vocoder: they cannot stream by tokens, and do not speak without a prompt. */
export function hasVocoder(version: ModelVersion): boolean {
  return version === 'v3' || version === 'v4';
}

const firstLanguages = ['auto', 'en', 'zh', 'ja', 'all_zh', 'all_ja'];

/** What may be asked for. */
export function languagesOf(version: ModelVersion): readonly string[] {
  return version === 'v1'
    ? firstLanguages
    : [...firstLanguages, 'auto_yue', 'yue', 'ko', 'all_yue', 'all_ko'];
}
