/** A piece of a phrase: words, a field that is filled in, or a choice of one among several. */
export type PhrasePart = string | { field: string } | { oneOf: PhrasePart[][] };

/** What the texts of the configuration are made of: words, `{field}` and `{one|or|another}`, which may hold fields and further choices. */
export interface Phrase {
  parts: PhrasePart[];
}

/** A text that cannot be read as a phrase. */
export class PhraseError extends Error {
  override name = 'PhraseError';
  readonly code = 'phrase';
}

const maxDepth = 8;
const fieldName = /^[A-Za-z_][\w.]*$/;

/** Throws PhraseError, whose message tells where. */
export function parsePhrase(text: string): Phrase {
  const reader = { text, at: 0 };
  const parts = readParts(reader, 0, '');
  if (reader.at < text.length) throw new PhraseError(`has a "}" too many at character ${reader.at + 1}`);
  return { parts };
}

/** The fields that a phrase has, in every branch of it. */
export function fieldsIn({ parts }: Phrase): string[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    return 'field' in part ? [part.field] : part.oneOf.flatMap((branch) => fieldsIn({ parts: branch }));
  });
}

/** What is wrong with a text as a phrase with these fields; undefined: nothing. */
export function phraseProblem(text: string, fields: readonly string[]): string | undefined {
  try {
    const unknown = fieldsIn(parsePhrase(text)).find((field) => !fields.includes(field));
    if (unknown === undefined) return undefined;
    return `has no field {${unknown}}; there are ${fields.map((field) => `{${field}}`).join(' ')}`;
  } catch (error) {
    if (error instanceof PhraseError) return error.message;
    throw error;
  }
}

interface Reader {
  text: string;
  at: number;
}

function readParts(reader: Reader, depth: number, ends: string): PhrasePart[] {
  if (depth > maxDepth) throw new PhraseError(`has choices within choices, more than ${maxDepth} deep`);
  const parts: PhrasePart[] = [];
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at] ?? '';
    if (character === '}' || ends.includes(character)) break;
    parts.push(character === '{' ? readBraces(reader, depth) : readWords(reader, ends));
  }
  return parts;
}

function readWords(reader: Reader, ends: string): string {
  const from = reader.at;
  while (reader.at < reader.text.length && !`{}${ends}`.includes(reader.text[reader.at] ?? ''))
    reader.at += 1;
  return reader.text.slice(from, reader.at);
}

function readBraces(reader: Reader, depth: number): PhrasePart {
  const from = reader.at;
  const branches: PhrasePart[][] = [];
  do {
    reader.at += 1;
    branches.push(readParts(reader, depth + 1, '|'));
  } while (reader.text[reader.at] === '|');
  if (reader.text[reader.at] !== '}')
    throw new PhraseError(`has a "{" at character ${from + 1} that is not closed`);
  reader.at += 1;
  if (branches.length > 1) return { oneOf: branches };
  const [only] = branches[0] ?? [];
  if (branches[0]?.length === 1 && typeof only === 'string' && fieldName.test(only)) return { field: only };
  const found = reader.text.slice(from, reader.at);
  throw new PhraseError(`has "${found}", which is neither a {field} nor a choice {a|b}`);
}
