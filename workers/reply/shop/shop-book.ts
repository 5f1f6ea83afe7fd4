import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { ShopConfig, ShopData } from '../../../protocol/reply/shop-config.ts';
import { shopDataSchema } from '../../../protocol/reply/shop-config.ts';
import { delay } from '../../delay.ts';
import type { Logger } from '../../logger.ts';
import { readProductsCsv } from './read-csv.ts';
import { ShopIndex } from './shop-index.ts';

export interface ShopBookOptions {
  config: ShopConfig;
  /** From where files are found. */
  folder: string;
  log: Pick<Logger, 'info' | 'error'>;
}

const maxBytes = 20_000_000;

/** What the shop knows now: its files are read again when they change, and what cannot be read changes nothing. */
export class ShopBook {
  readonly #options: ShopBookOptions;
  #index: ShopIndex;
  #stamp: string;

  private constructor(options: ShopBookOptions, index: ShopIndex, stamp: string) {
    this.#options = options;
    this.#index = index;
    this.#stamp = stamp;
  }

  /** Throws ConfigurationError that names file, line and what is wrong. */
  static async open(options: ShopBookOptions): Promise<ShopBook> {
    const stamp = await stampOf(options);
    try {
      return new ShopBook(options, await load(options), stamp);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError([{ path: 'reply.shop', message }]);
    }
  }

  get index(): ShopIndex {
    return this.#index;
  }

  /** Looks at the files until the signal says stop. */
  async follow(signal: AbortSignal): Promise<void> {
    const { config } = this.#options;
    if (config.file === '' && config.csv === '') return;
    while (await delay(config.lookEveryMs, signal)) await this.look();
  }

  /** Reads the files again if they have changed; true when what the shop knows is new. */
  async look(): Promise<boolean> {
    const { log } = this.#options;
    const stamp = await stampOf(this.#options);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    try {
      this.#index = await load(this.#options);
      log.info({ products: this.#index.names.length }, 'the shop has changed');
      return true;
    } catch (error) {
      log.error({ err: error }, 'the shop cannot be read: what was known before stays');
      return false;
    }
  }
}

async function load({ config, folder }: ShopBookOptions): Promise<ShopIndex> {
  const { file, csv } = config;
  const own = shopDataSchema.parse({
    products: config.products,
    faq: config.faq,
    coupon: config.coupon,
    shipping: config.shipping,
    afterSales: config.afterSales,
  });
  const written = file === '' ? undefined : readShopYaml(await readText(resolve(folder, file)), file);
  const listed = csv === '' ? [] : readProductsCsv(await readText(resolve(folder, csv)), csv);
  const data: ShopData = {
    products: [...own.products, ...(written?.products ?? []), ...listed],
    faq: [...own.faq, ...(written?.faq ?? [])],
    coupon: written?.coupon || own.coupon,
    shipping: written?.shipping || own.shipping,
    afterSales: written?.afterSales || own.afterSales,
  };
  refuseRepeated(data);
  return new ShopIndex(data, config);
}

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

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > maxBytes) throw new Error(`${path} has more than ${maxBytes} bytes`);
  const text = await readFile(path, 'utf8');
  if (text.includes('\ufffd')) throw new Error(`${path} is not UTF-8: save it as UTF-8`);
  return text;
}

/** Differs when a file has changed, comes or goes. */
async function stampOf({ config, folder }: ShopBookOptions): Promise<string> {
  const stamps = [config.file, config.csv].map(async (file) => {
    if (file === '') return '';
    const found = await stat(resolve(folder, file)).catch(() => undefined);
    return found ? `${found.mtimeMs}/${found.size}/${found.ino}` : 'none';
  });
  return (await Promise.all(stamps)).join(' ');
}
