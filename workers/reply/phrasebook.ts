import type { Phrase, PhrasePart } from '../../protocol/phrase.ts';
import { parsePhrase } from '../../protocol/phrase.ts';

/** What is put in; a field that is missing is not known now. */
export type Fields = Record<string, string>;

/** By source, the numbers of the texts that were said since all of them were. */
export type SaidTexts = Record<string, number[]>;

/** Draws texts and fills them in. Remembers what it has drawn, so that nothing comes again before everything else did. */
export class Phrasebook {
  readonly #phrases = new Map<string, Phrase>();
  readonly #said = new Map<string, number[]>();

  /**
   * One of the texts of a source, filled in; `random` in [0, 1). Undefined when there is none all of whose fields are known. Throws
   * PhraseError for a text that the configuration would have refused.
   */
  draw(source: string, texts: readonly string[], fields: Fields, random: () => number): string | undefined {
    const known = [...texts.keys()].filter((index) =>
      isKnown(this.#phrase(texts[index] ?? '').parts, fields),
    );
    if (known.length === 0) return undefined;
    const said = this.#said.get(source) ?? [];
    const fresh = known.filter((index) => !said.includes(index));
    const last = said.at(-1);
    const others = fresh.length > 0 ? fresh : known.filter((index) => index !== last);
    const among = others.length > 0 ? others : known;
    const drawn = pick(among, random);
    const kept = fresh.length > 0 ? said : said.slice(-1).filter((index) => index !== drawn);
    this.#said.set(source, [...kept, drawn]);
    return this.fill(texts[drawn] ?? '', fields, random);
  }

  /** A text with one of each choice. Fields that are not known leave nothing. */
  fill(text: string, fields: Fields, random: () => number): string {
    return fillParts(this.#phrase(text).parts, fields, random).trim();
  }

  /** Whether all fields of a text are known, in one branch of each choice at least. */
  isKnown(text: string, fields: Fields): boolean {
    return isKnown(this.#phrase(text).parts, fields);
  }

  view(): SaidTexts {
    return Object.fromEntries(this.#said);
  }

  restore(said: SaidTexts): void {
    for (const [source, numbers] of Object.entries(said)) this.#said.set(source, numbers);
  }

  #phrase(text: string): Phrase {
    let phrase = this.#phrases.get(text);
    if (!phrase) this.#phrases.set(text, (phrase = parsePhrase(text)));
    return phrase;
  }
}

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.min(items.length - 1, Math.floor(random() * items.length))];
  if (item === undefined) throw new Error('There is nothing to pick from');
  return item;
}

function isKnown(parts: PhrasePart[], fields: Fields): boolean {
  return parts.every((part) => {
    if (typeof part === 'string') return true;
    if ('field' in part) return (fields[part.field] ?? '') !== '';
    return part.oneOf.some((branch) => isKnown(branch, fields));
  });
}

function fillParts(parts: PhrasePart[], fields: Fields, random: () => number): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('field' in part) return fields[part.field] ?? '';
      const known = part.oneOf.filter((branch) => isKnown(branch, fields));
      return fillParts(pick(known.length > 0 ? known : part.oneOf, random), fields, random);
    })
    .join('');
}
