/** A request that can be answered. */
export type SpeechRequest = {
  readonly model: string;
  readonly input: string;
  readonly voice: string;
  readonly format: 'wav' | 'pcm';
  readonly speed: number;
};

export type ReadRequest =
  | { readonly ok: true; readonly request: SpeechRequest }
  | { readonly ok: false; readonly message: string; readonly param: string | null };

const formats = ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'];
const longestInput = 4_096;

/** The JSON body of `/v1/audio/speech`. mp3 is what who asks for nothing gets, and like all that is encoded it is not to be had here. */
export function readSpeechRequest(
  body: string,
  known: { readonly models: readonly string[]; readonly voices: readonly string[] },
): ReadRequest {
  const wrong = (message: string, param: string | null): ReadRequest => ({ ok: false, message, param });
  const given = parse(body);
  if (!given) return wrong('We could not parse the JSON body of your request.', null);
  for (const param of ['model', 'input', 'voice']) {
    if (given[param] === undefined) return wrong(`Missing required parameter: '${param}'.`, param);
    if (typeof given[param] !== 'string' || given[param] === '')
      return wrong(`Invalid type for '${param}': expected a string with text in it.`, param);
  }
  const { model, input, voice, response_format: format = 'mp3', speed = 1 } = given;
  if (typeof model !== 'string' || typeof input !== 'string' || typeof voice !== 'string')
    return wrong('Invalid type.', null);
  if (!known.models.includes(model)) return wrong(`The model '${model}' does not exist`, 'model');
  if (input.length > longestInput)
    return wrong(`Invalid 'input': string too long. Expected at most ${longestInput} characters.`, 'input');
  if (known.voices.length > 0 && !known.voices.includes(voice))
    return wrong(`Invalid value: '${voice}'. Supported values are: ${known.voices.join(', ')}.`, 'voice');
  if (typeof format !== 'string' || !formats.includes(format))
    return wrong(
      `Invalid value: '${String(format)}'. Supported values are: ${formats.join(', ')}.`,
      'response_format',
    );
  if (format !== 'wav' && format !== 'pcm')
    return wrong(`The format '${format}' is not available on this server.`, 'response_format');
  if (typeof speed !== 'number' || !(speed >= 0.25 && speed <= 4))
    return wrong("Invalid 'speed': must be between 0.25 and 4.0.", 'speed');
  return { ok: true, request: { model, input, voice, format, speed } };
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
