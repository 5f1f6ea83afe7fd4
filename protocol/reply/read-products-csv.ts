import { parse } from 'csv-parse/sync';
import type { Product } from './shop-config.ts';
import { productSchema } from './shop-config.ts';

/** Names of columns, as shops write them. */
const columns: Record<string, keyof Product> = {
  id: 'id',
  商品id: 'id',
  number: 'number',
  编号: 'number',
  序号: 'number',
  链接: 'number',
  name: 'name',
  名称: 'name',
  商品名称: 'name',
  aliases: 'aliases',
  别名: 'aliases',
  price: 'price',
  价格: 'price',
  直播价: 'price',
  originalprice: 'originalPrice',
  原价: 'originalPrice',
  unit: 'unit',
  单位: 'unit',
  stock: 'stock',
  库存: 'stock',
  points: 'points',
  卖点: 'points',
  coupon: 'coupon',
  优惠: 'coupon',
  shipping: 'shipping',
  发货: 'shipping',
  aftersales: 'afterSales',
  售后: 'afterSales',
};

const maxProblems = 10;

interface Row {
  record: string[];
  info: { lines: number };
}

/**
 * The products of a CSV text: comma, semicolon or tab; several points or aliases in one cell are apart by | or a line break. Throws an Error that
 * names every line and column that cannot be used.
 */
export function readProductsCsv(text: string, file: string): Product[] {
  const [head, ...rows] = parseRows(text, file);
  if (!head) return [];
  const names = head.record.map((name) => name.trim());
  const fields = names.map((name) => columns[name.toLowerCase().replaceAll(/[\s_-]/g, '')]);
  const problems = names.flatMap((name, index) =>
    fields[index] === undefined && name !== ''
      ? [`${file}:1: the column "${name}" is not known; there are ${Object.keys(columns).join(', ')}`]
      : [],
  );
  if (!fields.includes('name')) problems.push(`${file}:1: there is no column "名称" (or "name")`);
  const products: Product[] = [];
  if (problems.length === 0)
    for (const { record, info } of rows) {
      const read = productSchema.safeParse(toProduct(record, fields));
      if (read.success) products.push(read.data);
      for (const issue of read.error?.issues ?? []) {
        const column = names[fields.findIndex((field) => field === issue.path[0])] ?? String(issue.path[0]);
        problems.push(`${file}:${info.lines}: ${column}: ${issue.message}`);
      }
    }
  if (problems.length > 0) throw new Error(`Cannot use the products: ${listOf(problems)}`);
  return products;
}

function parseRows(text: string, file: string): Row[] {
  const first = text.split(/\r?\n/, 1)[0] ?? '';
  const delimiter = [',', '\t', ';'].toSorted((a, b) => first.split(b).length - first.split(a).length)[0];
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiter ?? ',',
      info: true,
      relaxColumnCount: true,
      skipEmptyLines: true,
      trim: true,
    }) as unknown as Row[];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read ${file}: ${reason}`, { cause });
  }
}

function toProduct(record: string[], fields: (keyof Product | undefined)[]): Record<string, unknown> {
  const product: Record<string, unknown> = {};
  for (const [index, field] of fields.entries()) {
    const cell = record[index]?.trim() ?? '';
    if (field === undefined || cell === '') continue;
    if (field === 'number' || field === 'stock') product[field] = /^\d+$/.test(cell) ? Number(cell) : cell;
    else if (field === 'points' || field === 'aliases')
      product[field] = cell.split(/[|｜\n]/).flatMap((part) => part.trim() || []);
    else if (field === 'price' || field === 'originalPrice')
      product[field] = cell.replace(/^[¥￥]\s*/, '').replace(/\s*元$/, '');
    else product[field] = cell;
  }
  return product;
}

function listOf(problems: string[]): string {
  const more = problems.length - maxProblems;
  return problems.slice(0, maxProblems).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
