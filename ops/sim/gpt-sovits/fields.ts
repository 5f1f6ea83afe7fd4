/** A parameter as the server declares it. */
export type Field = {
  readonly name: string;
  readonly type: 'str' | 'int' | 'float' | 'bool' | 'list' | 'bool|int';
  readonly fallback: unknown;
  /** Not in servers from before the integer form of streaming_mode. */
  readonly isNew?: boolean;
};

const field = (name: string, type: Field['type'], fallback: unknown = null): Field => ({
  name,
  type,
  fallback,
});

const fields: readonly Field[] = [
  field('text', 'str'),
  field('text_lang', 'str'),
  field('ref_audio_path', 'str'),
  field('aux_ref_audio_paths', 'list'),
  field('prompt_lang', 'str'),
  field('prompt_text', 'str', ''),
  field('top_k', 'int', 15),
  field('top_p', 'float', 1),
  field('temperature', 'float', 1),
  field('text_split_method', 'str', 'cut5'),
  field('batch_size', 'int', 1),
  field('batch_threshold', 'float', 0.75),
  field('split_bucket', 'bool', true),
  field('speed_factor', 'float', 1),
  field('fragment_interval', 'float', 0.3),
  field('seed', 'int', -1),
  field('media_type', 'str', 'wav'),
  field('streaming_mode', 'bool|int', false),
  field('parallel_infer', 'bool', true),
  field('repetition_penalty', 'float', 1.35),
  field('sample_steps', 'int', 32),
  field('super_sampling', 'bool', false),
  { ...field('overlap_length', 'int', 2), isNew: true },
  { ...field('min_chunk_length', 'int', 16), isNew: true },
];

/** The parameters of `/tts` in a release. */
export function fieldsOf(release: 'current' | 'old'): readonly Field[] {
  if (release === 'current') return fields;
  return fields
    .filter(({ isNew }) => !isNew)
    .map((one) => {
      if (one.name === 'streaming_mode') return { ...one, type: 'bool' };
      return one.name === 'top_k' ? { ...one, fallback: 5 } : one;
    });
}

/** What FastAPI tells of a value that does not fit. */
export type Detail = {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
};

export type Parameters = Readonly<Record<string, unknown>>;
export type ReadParameters =
  | { readonly ok: true; readonly values: Parameters }
  | { readonly ok: false; readonly detail: readonly Detail[] };

/** Values for all fields, as pydantic reads them (it takes "5" for 5), or what is wrong. `place` is where they came from. */
export function readFields(
  given: Readonly<Record<string, unknown>>,
  declared: readonly Field[],
  place: 'query' | 'body',
): ReadParameters {
  const detail: Detail[] = [];
  const values: Record<string, unknown> = {};
  for (const { name, type, fallback } of declared) {
    const input = given[name];
    // A list cannot come by query: the server would look for it in the body.
    if (input === undefined || (place === 'query' && type === 'list')) values[name] = fallback;
    else
      values[name] = readValue(input, type, (problem) =>
        detail.push({ ...problem, loc: [place, name], input }),
      );
  }
  return detail.length > 0 ? { ok: false, detail } : { ok: true, values };
}

type Complain = (problem: Pick<Detail, 'type' | 'msg'>) => void;

const yes = new Set(['true', '1', 'yes', 'on', 't', 'y']);
const no = new Set(['false', '0', 'no', 'off', 'f', 'n']);

function readValue(input: unknown, type: Field['type'], complain: Complain): unknown {
  switch (type) {
    case 'str':
      if (typeof input !== 'string') complain({ type: 'string_type', msg: 'Input should be a valid string' });
      return input;
    case 'list':
      if (!Array.isArray(input)) complain({ type: 'list_type', msg: 'Input should be a valid list' });
      return input;
    case 'float': {
      const number = numberOf(input);
      if (number === undefined) complain({ type: 'float_parsing', msg: 'Input should be a valid number' });
      return number;
    }
    case 'int': {
      const number = numberOf(input);
      if (number === undefined || !Number.isInteger(number))
        complain({ type: 'int_parsing', msg: 'Input should be a valid integer' });
      return number;
    }
    case 'bool': {
      const truth = truthOf(input);
      if (truth === undefined)
        complain({ type: 'bool_parsing', msg: 'Input should be a valid boolean, unable to interpret input' });
      return truth;
    }
    case 'bool|int': {
      if (typeof input === 'boolean') return input;
      const number = numberOf(input);
      if (number !== undefined && Number.isInteger(number)) return number;
      return readValue(input, 'bool', complain);
    }
  }
}

function numberOf(input: unknown): number | undefined {
  if (typeof input === 'boolean') return Number(input);
  if (typeof input === 'string' && input.trim() !== '') return finite(Number(input));
  return typeof input === 'number' ? finite(input) : undefined;
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}

function truthOf(input: unknown): boolean | undefined {
  if (typeof input === 'boolean') return input;
  const word = typeof input === 'number' || typeof input === 'string' ? String(input).toLowerCase() : '';
  if (yes.has(word)) return true;
  return no.has(word) ? false : undefined;
}
