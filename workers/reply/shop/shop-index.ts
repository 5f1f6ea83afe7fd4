import type { Product, ShopConfig, ShopData } from '../../../protocol/reply/shop-config.ts';
import type { Choice, OnShow } from './choose-product.ts';
import { chooseProduct, meantQuestion } from './choose-product.ts';
import { chooseSeveral } from './choose-several.ts';
import { FaqIndex } from './faq-index.ts';
import { clausesOf } from './meant-part.ts';
import { plainQuestion } from './plain-question.ts';
import { SearchTerms } from './search-terms.ts';
import type { Slot } from './slots.ts';
import { asksForSpec, comparesPrices, isHowMuch, pointWords, slotOf, specOf } from './slots.ts';
import { wholeSentence } from './whole-sentence.ts';

/** What the shop knows about a question. */
export interface Retrieved {
  /** What may be said of it, as it stands; undefined: the shop does not know, and nobody guesses. */
  answer: string | undefined;
  /** Where the answer comes from, or why there is none. */
  reason: string;
  /** It does not answer, but asks which product is meant. */
  asksBack: boolean;
  product: Product | undefined;
  slot: Slot | undefined;
  /** Sentences that a model may use; numbers and promises from nowhere else. */
  facts: string[];
}

type Limits = Pick<ShopConfig, 'threshold' | 'askBack' | 'soldOut' | 'synonyms'>;

/** Of products, or of things that are asked for. */
const mostAtOnce = 3;
/** What a model may see beside what answers. */
const nearShare = 0.5;

/** The data of a shop, ready to be asked. Pure. */
export class ShopIndex {
  readonly #data: ShopData;
  readonly #limits: Limits;
  readonly #terms: SearchTerms;
  readonly #faq: FaqIndex;

  constructor(data: ShopData, limits: Limits) {
    this.#data = data;
    this.#limits = limits;
    this.#terms = new SearchTerms(limits.synonyms);
    const own = data.products.flatMap(({ faq }, product) => faq.map((entry) => ({ faq: entry, product })));
    this.#faq = new FaqIndex([...own, ...data.faq.map((faq) => ({ faq, product: -1 }))], this.#terms);
  }

  get isEmpty(): boolean {
    const { products, faq, coupon, shipping, afterSales } = this.#data;
    return products.length + faq.length === 0 && `${coupon}${shipping}${afterSales}` === '';
  }

  /** Names of all products, for who has to know what there is. */
  get names(): string[] {
    return this.#data.products.map(nameOf);
  }

  retrieve(written: string, onShow: OnShow | undefined): Retrieved {
    const question = meantQuestion(plainQuestion(written), this.#data.products);
    const choice = chooseProduct(question, { products: this.#data.products, onShow, terms: this.#terms });
    const index = choice.kind === 'product' ? choice.index : -1;
    const product = this.#data.products[index];
    const isPrice = isHowMuch(withoutFillers(withoutProduct(question, product)));
    const slot = isPrice ? 'price' : askedFor(question);
    const matches = this.#faq.find(withoutProduct(question, product).replaceAll(politeness, '，'), index);
    const { threshold } = this.#limits;
    const near = matches.filter(({ coverage }) => coverage >= threshold * nearShare);
    const facts = [...near.map(({ faq }) => faq.answer), ...this.#factsOf(product)];
    const found = { product, slot, facts, asksBack: false };
    if (choice.kind === 'missing')
      return { ...found, answer: undefined, reason: `there is no link ${choice.number}` };
    const best = matches[0];
    if (best && best.coverage >= threshold && !isPrice)
      return {
        ...found,
        answer: wholeSentence(best.faq.answer),
        reason: `faq ${(best.coverage * 100).toFixed(0)} %`,
      };
    const isAside =
      slot === 'points' && choice.kind === 'product' && (choice.by === 'show' || choice.by === 'only');
    if (isAside && asideOf(question).length > longestAside)
      return { ...found, answer: undefined, reason: 'it is about something else' };
    if (slot) return { ...found, ...this.#fillAll(slot, product, question) };
    const isOnlyNamed =
      choice.kind === 'product' && choice.by !== 'only' && this.#isOnlyNamed(question, choice, product);
    if (product && isOnlyNamed) return { ...found, ...this.#fill('points', product, question) };
    return { ...found, answer: undefined, reason: 'nothing in the shop is about it' };
  }

  /** Several products that are asked for at once, or several things of one. */
  #fillAll(
    slot: Slot,
    product: Product | undefined,
    question: string,
  ): Pick<Retrieved, 'answer' | 'reason' | 'asksBack'> {
    const named = chooseSeveral(question, this.#data.products).slice(0, mostAtOnce);
    const isOfEach = slot === 'price' || slot === 'stock' || comparesPrices(question);
    if (named.length > 1 && isOfEach) {
      const of = slot === 'stock' ? slot : 'price';
      const answer = named.map((each) => wholeSentence(this.#sentence(of, each, question))).join('');
      const names = named.map(({ name }) => name).join(', ');
      if (answer !== '') return { answer, reason: `${of} of ${names}`, asksBack: false };
    }
    const parts = clausesOf(question)
      .map((clause) => ({ clause, slot: askedFor(clause) }))
      .filter((part, at, all) => all.findIndex((each) => each.slot === part.slot) === at)
      .flatMap((part) => (part.slot && part.slot !== 'points' ? [{ ...part, slot: part.slot }] : []));
    if (parts.length < 2) return this.#fill(slot, product, question);
    const filled = parts.slice(0, mostAtOnce).map((part) => this.#fill(part.slot, product, part.clause));
    const known = filled.filter(({ answer }) => answer !== undefined);
    if (known.length === 0) return this.#fill(slot, product, question);
    return {
      answer: [...new Set(known.map(({ answer }) => answer))].join(''),
      reason: known.map(({ reason }) => reason).join(', '),
      asksBack: known.some(({ asksBack }) => asksBack),
    };
  }

  #fill(
    slot: Slot,
    product: Product | undefined,
    question: string,
  ): Pick<Retrieved, 'answer' | 'reason' | 'asksBack'> {
    if (!product && slot !== 'coupon' && slot !== 'shipping' && slot !== 'afterSales') {
      const { askBack } = this.#limits;
      const canAsk = askBack !== '' && slot !== 'points' && this.#data.products.length > 1;
      return { answer: canAsk ? askBack : undefined, reason: 'which product is meant', asksBack: canAsk };
    }
    const answer = wholeSentence(this.#sentence(slot, product, question));
    const of = product ? ` of ${product.name}` : '';
    return answer === ''
      ? { answer: undefined, reason: `the shop tells no ${slot}${of}`, asksBack: false }
      : { answer, reason: `${slot}${of}`, asksBack: false };
  }

  #sentence(slot: Slot, product: Product | undefined, question: string): string {
    const shop = this.#data;
    switch (slot) {
      case 'price':
        return product ? sayPrice(product) : '';
      case 'stock':
        return product ? this.#sayStock(product) : '';
      case 'points':
        return product ? [...product.points.slice(0, 2).map(wholeSentence), sayPrice(product)].join('') : '';
      case 'spec': {
        const name = product && specOf(question, Object.keys(product.specs));
        return name === undefined ? '' : `${product?.name ?? ''}的${name}：${product?.specs[name] ?? ''}`;
      }
      case 'coupon':
      case 'shipping':
      case 'afterSales':
        return product?.[slot] || shop[slot];
    }
  }

  #sayStock({ name, stock, unit }: Product): string {
    if (stock < 0) return '';
    return stock === 0 ? this.#limits.soldOut : `${name}还有${stock}${unit || '件'}。`;
  }

  #factsOf(product: Product | undefined): string[] {
    const { coupon, shipping, afterSales } = this.#data;
    const shop = [
      product?.coupon || coupon,
      product?.shipping || shipping,
      product?.afterSales || afterSales,
    ];
    if (!product) return shop.filter(Boolean);
    const { points, specs, number, faq } = product;
    return [
      number > 0 ? `${product.name}是${number}号链接。` : `商品：${product.name}。`,
      sayPrice(product),
      this.#sayStock(product),
      ...points,
      ...Object.entries(specs).map(([name, value]) => `${name}：${value}`),
      ...faq.map(({ ask, answer }) => `${ask[0] ?? ''}：${answer}`),
      ...shop,
    ].filter(Boolean);
  }

  /** 三号, 讲碎花裙: nothing is left of the question without the product's name. */
  #isOnlyNamed(
    question: string,
    choice: Extract<Choice, { kind: 'product' }>,
    product: Product | undefined,
  ): boolean {
    if (choice.by === 'show' || choice.by === 'only' || !product) return false;
    if (withoutProduct(question, product).replaceAll(fillers, '') === '') return true;
    const names = [product.name, ...product.aliases].join('，');
    const own = new Set(this.#terms.read(names));
    const rest = this.#terms
      .read(question)
      .filter((term) => !own.has(term) && !/号|链|接|第|款|\d|想看|看看|看下/u.test(term));
    return rest.length === 0;
  }
}

const askedFor = (question: string): Slot | undefined =>
  slotOf(question) ?? (asksForSpec(question) ? 'spec' : undefined);

/** 今天心情怎么样: what is named beside the asking is not the product. */
const longestAside = 3;
const asideOf = (question: string): string =>
  withoutFillers(question.normalize('NFKC').replaceAll(pointWords, ''));

const fillers =
  /看一下|看一看|看看|看下|想看|想要|我要|讲一下|主播|一下|链接|这个|那个|看|的|呢|呀|啊|吗|[^\p{L}\p{N}]/gu;
const withoutFillers = (text: string): string => text.replaceAll(fillers, '');
const politeness = /请问|主播|老板|可不可以|能不能|可以|[吗嘛呢呀啊不没么]+[？?!！。]*$/gu;

/** What is asked, without of what. */
function withoutProduct(question: string, product: Product | undefined): string {
  const names = product ? [product.name, ...product.aliases] : [];
  let rest = question.normalize('NFKC');
  for (const name of names.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(name, '，');
  return rest.replaceAll(
    /第?[\d一二三四五六七八九十]{1,4}号?(?:链接|宝贝|商品)|[\d一二三四五六七八九十]{1,4}号/gu,
    '，',
  );
}

function nameOf({ name, number }: Product): string {
  return number > 0 ? `${number}号链接 ${name}` : name;
}

function sayPrice({ name, price, originalPrice, unit }: Product): string {
  if (price === '') return '';
  const usual =
    originalPrice === '' || Number(originalPrice) <= Number(price) ? '' : `，平时${originalPrice}元`;
  return `${name}现在${price}元${unit === '' ? '' : `一${unit}`}${usual}。`;
}
