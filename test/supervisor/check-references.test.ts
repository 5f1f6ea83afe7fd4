import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { readConfigText } from '../../protocol/read-config.ts';
import { checkReferences, resolveFiles } from '../../supervisor/check-references.ts';

function configOf(source: string, bus = '') {
  const result = readConfigText(
    `rooms:\n  - id: a\n    source: { type: douyin, webRid: "1", ${source} }\n${bus}`,
    {},
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

void t.test('checkReferences() finds every file and program that cannot be had', (t) => {
  const folder = t.testdir();
  const config = configOf(
    'cookieFile: none.txt, signer: { type: command, command: [no-such-program-here, x] }',
    'bus: { credentialsFile: "." }',
  );
  const problems = checkReferences(resolveFiles(config, folder));
  t.same(
    problems.map(({ path }) => path),
    ['bus.credentialsFile', 'rooms[0].source.cookieFile', 'rooms[0].source.signer.command[0]'],
  );
  t.match(problems[1]?.message, /none\.txt/);
  t.end();
});

void t.test('checkReferences() is content with what is there, beside the configuration or on PATH', (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'cookie.txt'), 'a=b');
  const config = configOf(
    `cookieFile: cookie.txt, signer: { type: command, command: ["${process.execPath}", x] }`,
  );
  const resolved = resolveFiles(config, folder);
  t.same(checkReferences(resolved), []);
  t.match(resolved.rooms[0]?.source, { cookieFile: join(folder, 'cookie.txt') });
  t.same(checkReferences(configOf('signer: { type: command, command: [sh] }')), []);
  t.end();
});

void t.test('checkReferences() names file and line of what a shop or a list of words gets wrong', (t) => {
  const folder = t.testdir({
    'shop.yaml': 'shipping: 包邮\nproducts:\n  - name: 毛衣\n    price: 三十\n',
    'list.csv': '编号,名称,颜值\n1,毛衣,高\n',
    'words.txt': '好词\n———\n',
  });
  const reply = `reply:
  shop: { file: shop.yaml, csv: list.csv }
  words: { lists: [{ id: own, file: words.txt }, { id: other, file: none.txt }] }
  model: { endpoints: [{ id: m, url: 'http://127.0.0.1:9/v1', model: x, apiKeyFile: key.txt }] }`;
  const problems = checkReferences(resolveFiles(configOf('', reply), folder));
  const file = (name: string) => new RegExp(join(folder, name));
  t.match(problems, [
    { path: 'reply.words.lists[0].file', message: /words\.txt:2: .*no letter/ },
    { path: 'reply.words.lists[1].file', message: file('none.txt') },
    { path: 'reply.model.endpoints[0].apiKeyFile', message: file('key.txt') },
    { path: 'reply.shop.file', message: /shop\.yaml:4: products\[0\]\.price/ },
    { path: 'reply.shop.csv', message: /list\.csv:1: the column "颜值"/ },
  ]);
  writeFileSync(join(folder, 'shop.yaml'), 'products: [{ name: 毛衣, number: 1 }]\n');
  writeFileSync(join(folder, 'list.csv'), '编号,名称\n1,裙子\n');
  const twice = checkReferences(
    resolveFiles(configOf('', 'reply: { shop: { file: shop.yaml, csv: list.csv } }'), folder),
  );
  t.match(twice, [{ path: 'reply.shop', message: /both have the number 1/ }]);
  t.end();
});
