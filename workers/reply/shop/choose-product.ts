import type { Product } from '../../../protocol/reply/shop-config.ts';
import { hanNumerals, hanValue } from './han-value.ts';
import { meantPart } from './meant-part.ts';
import { plainQuestion } from './plain-question.ts';
import type { SearchTerms } from './search-terms.ts';

/** What is being explained in the room, as far as the platform tells it. */
export interface OnShow {
  productId: string;
  title: string;
  /** Of its link; 0: not known. */
  index: number;
}

/** `missing`: a link was asked for that there is none of. */
export type Choice =
  | { kind: 'product'; index: number; by: 'number' | 'name' | 'show' | 'only' }
  | { kind: 'missing'; number: number }
  | { kind: 'unknown' };

export const numeral = `(\\d{1,4}|[${hanNumerals}]{1,4})`;
const links = [
  new RegExp(String.raw`(?<![月\d.])${numeral}\s*号(链接|宝贝|商品|产品|款|品)?`, 'u'),
  new RegExp(String.raw`(链接|小黄车)\s*${numeral}(?!\s*号?\s*[元块件斤])`, 'u'),
  new RegExp(String.raw`第\s*${numeral}\s*(?:个|款|件|号)?\s*(链接|宝贝|商品|产品)`, 'u'),
  // 1多少钱
  new RegExp(String.raw`^\s*${numeral}(?=\s*(?:多少|怎么卖|咋卖|什么价|啥价|价格|几块|还有|有货))`, 'u'),
];
const pointing = /这个|这款|这件|这条|这双|这种|这瓶|这套|它|现在讲|正在讲/u;
/** Another than the one that is on show, and nobody says which. */
const elsewhere = /[上下]一[个款件条双瓶套]|(?:刚才|刚刚|前面)(?:那|的|讲|说)|另一[个款件条双瓶套]/u;
/** So many pairs of characters of a name make it out, when no other product has as many. */
const leastPairs = 2;

/** Which product a question is about: by the number of its link, by name, else the one on show; never a guess. */
export function chooseProduct(
  question: string,
  {
    products,
    onShow,
    terms,
  }: { products: readonly Product[]; onShow: OnShow | undefined; terms: SearchTerms },
): Choice {
  const text = comparable(question);
  const byNumber = chooseByNumber(text, products);
  if (byNumber) return byNumber;
  const named = chooseByName(text, products);
  if (named !== -1) return { kind: 'product', index: named, by: 'name' };
  const shown = elsewhere.test(text) ? -1 : findShown(products, onShow, terms);
  if (shown !== -1 && pointing.test(text)) return { kind: 'product', index: shown, by: 'show' };
  const alike = chooseByLikeness(text, products, terms);
  if (alike !== -1) return { kind: 'product', index: alike, by: 'name' };
  if (shown !== -1) return { kind: 'product', index: shown, by: 'show' };
  return products.length === 1 ? { kind: 'product', index: 0, by: 'only' } : { kind: 'unknown' };
}

/** What a question is about when it says as well what it is not about. */
export function meantQuestion(question: string, products: readonly Product[]): string {
  const meant = meantPart(question);
  const text = comparable(meant);
  const isNamed = chooseByNumber(text, products) !== undefined || chooseByName(text, products) !== -1;
  return isNamed ? meant : question;
}

function chooseByNumber(text: string, products: readonly Product[]): Choice | undefined {
  for (const pattern of links) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [first = '', second = ''] = match.slice(1);
    const isNumeral = new RegExp(`^${numeral}$`, 'u').test(first);
    const written = isNumeral ? first : second;
    const isLink = (isNumeral ? second : first) !== '';
    const number = valueOf(written);
    if (number === undefined) continue;
    const index = products.findIndex((product) => product.number === number && number > 0);
    if (index !== -1) return { kind: 'product', index, by: 'number' };
    // 38号 may be a size, 28号 a day.
    if (isLink) return { kind: 'missing', number };
  }
  return undefined;
}

export const valueOf = (written: string): number | undefined =>
  /^\d+$/.test(written) ? Number(written) : hanValue(written);

/** The product whose name, or another name of it, stands in the text; the longest. -1: none, or two alike. */
function chooseByName(text: string, products: readonly Product[]): number {
  let best = { index: -1, length: 1 };
  for (const [index, { name, aliases }] of products.entries())
    for (const known of [name, ...aliases]) {
      const word = comparable(known);
      if (!text.includes(word) || word.length < best.length) continue;
      if (word.length === best.length && best.index !== index && best.index !== -1)
        best = { ...best, index: -1 };
      else best = { index, length: word.length };
    }
  return best.index;
}

function chooseByLikeness(text: string, products: readonly Product[], terms: SearchTerms): number {
  const asked = new Set(terms.read(text));
  const counts = products.map(
    ({ name, aliases }) => terms.read([name, ...aliases].join('，')).filter((term) => asked.has(term)).length,
  );
  const most = Math.max(0, ...counts);
  const isClear = most >= leastPairs && counts.filter((count) => count === most).length === 1;
  return isClear ? counts.indexOf(most) : -1;
}

/** By id, by the number of its link, by its title. */
function findShown(products: readonly Product[], onShow: OnShow | undefined, terms: SearchTerms): number {
  if (!onShow) return -1;
  const byId = products.findIndex(({ id }) => id !== '' && id === onShow.productId);
  if (byId !== -1) return byId;
  const title = comparable(onShow.title);
  const byTitle = title === '' ? -1 : chooseByName(title, products);
  if (byTitle !== -1) return byTitle;
  // A title that is like no name is another product, whatever the number says.
  const alike = title === '' ? -1 : chooseByLikeness(title, products, terms);
  if (alike !== -1 || title !== '') return alike;
  return products.findIndex(({ number }) => number > 0 && number === onShow.index);
}

export const comparable = (text: string): string => plainQuestion(text).toLowerCase();
