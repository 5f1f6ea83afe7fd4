import MiniSearch from 'minisearch';
import type { Faq } from '../../../protocol/reply/shop-config.ts';
import type { SearchTerms } from './search-terms.ts';

export interface FaqEntry {
  faq: Faq;
  /** Index of the product; -1: of the whole shop. */
  product: number;
}

export interface FaqMatch extends FaqEntry {
  /** Share of what the question says that the entry says too, each part weighted by how rare it is; 0–1. */
  coverage: number;
  score: number;
}

interface Document {
  id: number;
  entry: number;
  text: string;
}

const maxMatches = 5;

/** BM25 over the ways in which people ask. */
export class FaqIndex {
  readonly #entries: readonly FaqEntry[];
  readonly #terms: SearchTerms;
  readonly #documents: Document[];
  readonly #search: MiniSearch<Document>;
  /** In how many documents a term is. */
  readonly #frequency = new Map<string, number>();

  constructor(entries: readonly FaqEntry[], terms: SearchTerms) {
    this.#entries = entries;
    this.#terms = terms;
    this.#documents = entries.flatMap(({ faq }, entry) => faq.ask.map((text) => ({ id: 0, entry, text })));
    for (const [id, document] of this.#documents.entries()) document.id = id;
    this.#search = new MiniSearch<Document>({
      fields: ['text'],
      tokenize: (text) => terms.read(text),
      processTerm: (term) => term,
    });
    this.#search.addAll(this.#documents);
    for (const { text } of this.#documents)
      for (const term of terms.read(text)) this.#frequency.set(term, (this.#frequency.get(term) ?? 0) + 1);
  }

  /** Entries about a product (-1: about none) and about the shop, best first; at most five. */
  find(question: string, product: number): FaqMatch[] {
    const asked = this.#terms.read(question);
    const whole = asked.reduce((sum, term) => sum + this.#weight(term), 0);
    if (whole === 0) return [];
    const matches = new Map<number, FaqMatch>();
    for (const { id, score, queryTerms } of this.#search.search(question, { combineWith: 'OR' })) {
      const document = this.#documents[Number(id)];
      const entry = document && this.#entries[document.entry];
      if (!document || !entry || (entry.product !== -1 && entry.product !== product)) continue;
      // A character alone makes no pair with what is around it in the entry.
      const alone = asked.filter((term) => isOne(term) && document.text.includes(term));
      const common = [...new Set([...queryTerms, ...alone])];
      // 红枣是哪里的 is not 券哪里领.
      if (common.every(isAsking) && !this.#terms.read(document.text).every(isAsking)) continue;
      const covered = common.reduce((sum, term) => sum + this.#weight(term), 0);
      const match = { ...entry, score, coverage: covered / whole };
      const known = matches.get(document.entry);
      if (!known || match.coverage > known.coverage) matches.set(document.entry, match);
    }
    return [...matches.values()]
      .toSorted((a, b) => b.coverage - a.coverage || b.product - a.product || b.score - a.score)
      .slice(0, maxMatches);
  }

  #weight(term: string): number {
    const rareness = Math.log(1 + (this.#documents.length + 1) / ((this.#frequency.get(term) ?? 0) + 0.5));
    return isAsking(term) ? rareness * askingShare : rareness;
  }
}

/** What asks, and says not of what. */
const isAsking = (term: string): boolean =>
  /^(?:哪里|哪儿|在哪|到哪|多少|多久|几天|几个|几点|时候|能用|可用|会不|需要|支持|多大|多长)$/u.test(term);
/** So much it counts beside what is asked about. */
const askingShare = 0.25;

const isOne = (term: string): boolean => /^\p{Script=Han}$/u.test(term);
