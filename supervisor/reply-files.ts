import { readFileSync } from 'node:fs';
import type { ReplyConfig } from '../protocol/config.ts';
import type { ConfigurationProblem } from '../protocol/configuration-error.ts';
import { readProductsCsv } from '../protocol/reply/read-products-csv.ts';
import { joinShop, readShopYaml } from '../protocol/reply/shop-file.ts';
import { readWordLines } from '../protocol/reply/word-lines.ts';

/** The names of the files of a room's knowledge, words and keys, made absolute. */
export function resolveReplyFiles(reply: ReplyConfig, from: (file: string) => string): ReplyConfig {
  const { shop, words, model } = reply;
  return {
    ...reply,
    shop: { ...shop, file: from(shop.file), csv: from(shop.csv) },
    words: { ...words, lists: words.lists.map((list) => ({ ...list, file: from(list.file) })) },
    model: {
      ...model,
      endpoints: model.endpoints.map((endpoint) => {
        return { ...endpoint, apiKeyFile: from(endpoint.apiKeyFile) };
      }),
    },
  };
}

/** Of these files those that cannot be read or used, with file and line. */
export function checkReplyFiles({ shop, words, model }: ReplyConfig): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const read = <Value>(file: string, path: string, use: (text: string) => Value): Value | undefined => {
    if (file === '') return undefined;
    try {
      const text = readFileSync(file, 'utf8');
      if (text.includes('\ufffd')) throw new Error(`${file} is not UTF-8: save it as UTF-8`);
      return use(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push({ path, message: `cannot be used: ${reason}` });
      return undefined;
    }
  };
  for (const [index, { file }] of words.lists.entries())
    read(file, `reply.words.lists[${index}].file`, (text) => readWordLines(text, file));
  for (const [index, { apiKeyFile }] of model.endpoints.entries())
    read(apiKeyFile, `reply.model.endpoints[${index}].apiKeyFile`, (text) => text);
  const written = read(shop.file, 'reply.shop.file', (text) => readShopYaml(text, shop.file));
  const listed = read(shop.csv, 'reply.shop.csv', (text) => readProductsCsv(text, shop.csv));
  if (problems.length > 0) return problems;
  try {
    joinShop(shop, written, listed ?? []);
  } catch (error) {
    problems.push({ path: 'reply.shop', message: error instanceof Error ? error.message : String(error) });
  }
  return problems;
}
