import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError } from '../../../protocol/configuration-error.ts';
import type { ShopConfig } from '../../../protocol/reply/shop-config.ts';
import { joinShop, readShopYaml } from '../../../protocol/reply/shop-file.ts';
import { readProductsCsv } from '../../../protocol/reply/read-products-csv.ts';
import { delay } from '../../delay.ts';
import type { Logger } from '../../logger.ts';
import { ShopIndex } from './shop-index.ts';

export interface ShopBookOptions {
  config: ShopConfig;
  /** From where files are found. */
  folder: string;
  log: Pick<Logger, 'info' | 'error'>;
  /** Tells the person at the terminal. */
  notice?: ((level: 'info' | 'warn', text: string) => void) | undefined;
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
    const { log, notice } = this.#options;
    const stamp = await stampOf(this.#options);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    try {
      this.#index = await load(this.#options);
      const products = this.#index.names.length;
      log.info({ products }, 'the shop has changed');
      notice?.('info', `the shop has changed: ${products} products`);
      return true;
    } catch (error) {
      log.error({ err: error }, 'the shop cannot be read: what was known before stays');
      const reason = error instanceof Error ? error.message : String(error);
      notice?.('warn', `the shop cannot be read, what was known before stays: ${reason}`);
      return false;
    }
  }
}

async function load({ config, folder }: ShopBookOptions): Promise<ShopIndex> {
  const { file, csv } = config;
  const written = file === '' ? undefined : readShopYaml(await readText(resolve(folder, file)), file);
  const listed = csv === '' ? [] : readProductsCsv(await readText(resolve(folder, csv)), csv);
  const data = joinShop(config, written, listed);
  return new ShopIndex(data, config);
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
