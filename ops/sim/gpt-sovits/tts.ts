import type { Exchange } from '../speech/exchange.ts';
import type { SpeechServer } from '../speech/server.ts';
import { inOne } from '../speech/spoil.ts';
import type { Crossing } from './crossing.ts';
import type { Parameters } from './fields.ts';
import { cutMethods, fragmentsOf } from './fragments.ts';
import type { Pipeline, PipelineJob } from './pipeline.ts';
import { hasVocoder, languagesOf, type GptSovitsSettings } from './settings.ts';

export type TtsRequest = {
  readonly exchange: Exchange;
  readonly parameters: Parameters;
  readonly settings: GptSovitsSettings;
  readonly pipeline: Pipeline;
  readonly crossing: Crossing;
};

const sentinelRateHz = 16_000;

/** Answers `/tts` once its parameters have the right types. */
export async function answerTts(request: TtsRequest, desk: SpeechServer): Promise<void> {
  const { exchange, parameters, settings, pipeline, crossing } = request;
  exchange.parameters = parameters;
  exchange.text = text(parameters['text']);
  const refusal = refusalOf(parameters, settings);
  if (refusal !== undefined) return exchange.json(400, { message: refusal });
  const mode = Number(parameters['streaming_mode']);
  if (![0, 1, 2, 3].includes(mode)) {
    return exchange.json(400, {
      message: 'the value of streaming_mode must be 0, 1, 2, 3(int) or true/false(bool)',
    });
  }
  const mediaType = text(parameters['media_type']);
  const exception = exceptionOf(parameters, { settings, pipeline });
  if (exception !== undefined) return await failTts(exchange, { exception, streamed: mode !== 0, mediaType });
  const job = jobOf(parameters, { mode, settings, random: () => desk.random.whole(0, 2 ** 31) });
  const isSilent = job.fragments.length === 0;
  const container = mediaType === 'wav' ? 'wav' : 'raw';
  using mix = crossing.enter();
  await desk.speak(exchange, {
    text: exchange.text,
    streamed: mode !== 0,
    blocking: mode === 0,
    container,
    streamHeader: 0,
    contentType: `audio/${mediaType}`,
    // Nothing to say is told as an exception is; a stream of it ends after its header.
    render: (how) =>
      isSilent
        ? inOne(new Int16Array(mode === 0 ? sentinelRateHz : 0), sentinelRateHz)
        : pipeline.render(job, how),
    other: (sampleRateHz) => pipeline.leak(job, sampleRateHz),
    outcome: isSilent ? 'none' : job.skipsText ? 'wrong' : job.mayWrap ? 'repairable' : 'right',
    ...(mode === 0 ? {} : { mix }),
  });
}

/** What the check before any work says, in its order. */
function refusalOf(parameters: Parameters, { version }: GptSovitsSettings): string | undefined {
  const languages = languagesOf(version);
  for (const name of ['ref_audio_path', 'text', 'text_lang', 'prompt_lang']) {
    const value = text(parameters[name]);
    if (value === '') return `${name} is required`;
    if (name.endsWith('_lang') && !languages.includes(value.toLowerCase()))
      return `${name}: ${value} is not supported in version ${version}`;
  }
  const mediaType = text(parameters['media_type']);
  if (!['wav', 'raw', 'ogg', 'aac'].includes(mediaType)) return `media_type: ${mediaType} is not supported`;
  const method = text(parameters['text_split_method']);
  if (!cutMethods.some((known) => known === method)) return `text_split_method:${method} is not supported`;
  return undefined;
}

/** What is thrown before the first sample is made. */
function exceptionOf(
  parameters: Parameters,
  { settings, pipeline }: Pick<TtsRequest, 'settings' | 'pipeline'>,
): string | undefined {
  const { version } = settings;
  const languages = languagesOf(version);
  // Checked in small letters, used as they came: an assertion without words.
  if (['text_lang', 'prompt_lang'].some((name) => !languages.includes(text(parameters[name])))) return '';
  if (hasVocoder(version) && text(parameters['prompt_text']) === '')
    return `prompt_text cannot be empty when using SoVITS_${version.toUpperCase()}`;
  try {
    pipeline.checkReference(text(parameters['ref_audio_path']));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  switch (parameters['media_type']) {
    case 'ogg':
      return 'Error opening <_io.BytesIO object at 0x7f3a5c1e2b60>: Format not recognised.';
    case 'aac':
      return "[Errno 2] No such file or directory: 'ffmpeg'";
    default:
      return undefined;
  }
}

/** Whole, an exception is told; in a stream the headers are out already. */
export async function failTts(
  exchange: Exchange,
  { exception, streamed, mediaType }: { exception: string; streamed: boolean; mediaType: string },
): Promise<void> {
  if (!streamed) return exchange.json(400, { message: 'tts failed', Exception: exception });
  exchange.begin({ 'content-type': `audio/${mediaType}` });
  await exchange.cut();
}

type TtsJob = PipelineJob & { readonly skipsText: boolean; readonly mayWrap: boolean };

function jobOf(
  parameters: Parameters,
  { mode, settings, random }: { mode: number; settings: GptSovitsSettings; random: () => number },
): TtsJob {
  const all = fragmentsOf(text(parameters['text']), text(parameters['text_split_method']));
  const byTokens = mode >= 2 && !hasVocoder(settings.version);
  const batch = Math.max(1, Number(parameters['batch_size']));
  // Only the first of each batch is looked at when tokens are streamed.
  const fragments = byTokens ? all.filter((_, index) => index % batch === 0) : all;
  const given = Number(parameters['seed']);
  const tokens = Math.max(1, Number(parameters['min_chunk_length']));
  return {
    fragments,
    seed: given === -1 ? random() : given,
    speed: Number(parameters['speed_factor']),
    interval: Number(parameters['fragment_interval']),
    reference: text(parameters['ref_audio_path']),
    pieces: byTokens ? { tokens: mode === 3 ? tokens : tokens * 2 } : mode === 0 ? 'one' : 'fragments',
    sampling: ['temperature', 'top_k', 'top_p', 'repetition_penalty']
      .map((name) => parameters[name])
      .join(' '),
    skipsText: fragments.length < all.length,
    mayWrap: settings.wrapShare > 0,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
