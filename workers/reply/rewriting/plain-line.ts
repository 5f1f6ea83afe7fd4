import type { PhrasePart } from '../../../protocol/phrase.ts';
import { parsePhrase } from '../../../protocol/phrase.ts';

/** A line that makes no choices any more; fields are left as they are. */
export interface PlainLine {
  text: string;
  /** Names of its fields, as often as they occur, sorted. */
  fields: string[];
}

/** Of each choice the first branch that says something. Throws PhraseError. */
export function plainLine(line: string): PlainLine {
  const text = flatten(parsePhrase(line).parts).trim();
  return { text, fields: fieldsOf(text) ?? [] };
}

/** The fields of a text as often as they occur, sorted; undefined: there is a choice in it. Throws PhraseError. */
export function fieldsOf(text: string): string[] | undefined {
  const { parts } = parsePhrase(text);
  if (parts.some((part) => typeof part !== 'string' && 'oneOf' in part)) return undefined;
  return parts
    .flatMap((part) => (typeof part !== 'string' && 'field' in part ? [part.field] : []))
    .toSorted();
}

/** As it is heard, as far as is known: something stands for each field. */
export const withStandIns = (text: string): string => text.replaceAll(/\{[\w.]+\}/gu, '某某');

function flatten(parts: PhrasePart[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('field' in part) return `{${part.field}}`;
      return part.oneOf.map(flatten).find((branch) => branch.trim() !== '') ?? '';
    })
    .join('');
}
