import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Product, ShopConfig, ShopData } from './shop-config.ts';
import { shopDataSchema } from './shop-config.ts';

/** The data of a YAML text. Throws an Error that names every line that is wrong. */
export function readShopYaml(text: string, file: string): ShopData {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [broken] = document.errors;
  if (broken) throw new Error(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  const read = shopDataSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (read.success) return read.data;
  const problems = read.error.issues.slice(0, 10).map((issue) => {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    let length = path.length;
    while (length > 0 && !document.hasIn(path.slice(0, length))) length -= 1;
    const node = document.getIn(path.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    const at = Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
    return `${file}:${lines.linePos(at).line}: ${z.core.toDotPath(path)}: ${issue.message}`;
  });
  throw new Error(problems.join('; '));
}

/** What the configuration, its YAML file and its CSV file tell, as one. Throws an Error for two products of one number. */
export function joinShop(config: ShopConfig, written: ShopData | undefined, listed: Product[]): ShopData {
  const data = {
    products: [...config.products, ...(written?.products ?? []), ...listed],
    faq: [...config.faq, ...(written?.faq ?? [])],
    coupon: written?.coupon || config.coupon,
    shipping: written?.shipping || config.shipping,
    afterSales: written?.afterSales || config.afterSales,
  };
  refuseRepeated(data);
  return data;
}

/** Two products of one number could not be told apart. */
function refuseRepeated({ products }: ShopData): void {
  const seen = new Map<number, string>();
  for (const { number, name } of products) {
    const other = seen.get(number);
    if (number > 0 && other !== undefined)
      throw new Error(`"${other}" and "${name}" both have the number ${number}`);
    seen.set(number, name);
  }
}
