import type { Product } from '../../../protocol/reply/shop-config.ts';
import { comparable, numeral, valueOf } from './choose-product.ts';

/** 一号, and each of 1、3、5号. */
const numbers = new RegExp(
  String.raw`(?<![月\d.])${numeral}\s*(?:号|(?=(?:\s*[、,，和跟与]\s*${numeral}){1,5}\s*号))`,
  'gu',
);

/** All products that a question names, by number or by name, in its order, each once. */
export function chooseSeveral(question: string, products: readonly Product[]): Product[] {
  const text = comparable(question);
  const found = [...text.matchAll(numbers)].flatMap(({ index: at, 1: written = '' }) => {
    const number = valueOf(written);
    const product = products.find((each) => each.number > 0 && each.number === number);
    return product ? [{ at, product }] : [];
  });
  const names = products.flatMap((product) =>
    [product.name, ...product.aliases].map((name) => ({ product, word: comparable(name) })),
  );
  let rest = text;
  // The longest first: 儿童防晒衣 is no 防晒衣.
  for (const { product, word } of names.toSorted((a, b) => b.word.length - a.word.length)) {
    const at = word.length > 1 ? rest.indexOf(word) : -1;
    if (at === -1) continue;
    rest = rest.replaceAll(word, '，'.repeat(word.length));
    found.push({ at, product });
  }
  return [...new Set(found.toSorted((a, b) => a.at - b.at).map(({ product }) => product))];
}
