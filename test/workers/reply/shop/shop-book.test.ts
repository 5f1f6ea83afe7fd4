import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { shopSchema } from '../../../../protocol/reply/shop-config.ts';
import { readProductsCsv } from '../../../../protocol/reply/read-products-csv.ts';
import { ShopBook } from '../../../../workers/reply/shop/shop-book.ts';

const log = pino({ level: 'silent' });

void t.test('readProductsCsv() reads what shops write', (t) => {
  const text =
    '\ufeff编号,名称,别名,价格,库存,卖点\r\n1,"连衣裙, 法式",裙子|碎花裙,¥39.9,120,透气|不起球\r\n\r\n2,T恤,,29元,,\r\n';
  t.match(readProductsCsv(text, 'shop.csv'), [
    {
      number: 1,
      name: '连衣裙, 法式',
      aliases: ['裙子', '碎花裙'],
      price: '39.9',
      stock: 120,
      points: ['透气', '不起球'],
    },
    { number: 2, name: 'T恤', price: '29', stock: -1 },
  ]);
  t.match(readProductsCsv('number\tname\tprice\n1\tA\t5\n', 'x'), [{ name: 'A', price: '5' }]);
  t.end();
});

void t.test('readProductsCsv() names line and column of everything that is wrong', (t) => {
  const text = '编号,名称,价格,库存\n1,裙子,三十九,10\n2,,29,many\n';
  t.throws(() => readProductsCsv(text, 'shop.csv'), {
    message: /shop\.csv:2: 价格: must be an amount.*shop\.csv:3: .*名称.*shop\.csv:3: 库存/s,
  });
  t.throws(() => readProductsCsv('编号,品名\n1,a\n', 'f'), {
    message: /f:1: the column "品名" is not known.*no column "名称"/,
  });
  t.throws(() => readProductsCsv('名称\n"a\n', 'f'), { message: /Cannot read f/ });
  t.end();
});

void t.test(
  'ShopBook reads its files again when they change, and keeps what it knew when they are broken',
  async (t) => {
    const dir = t.testdir({
      'shop.yaml': 'products:\n  - { number: 1, name: 裙子, price: "39.9" }\n',
      'more.csv': '编号,名称,价格\n2,袜子,5\n',
    });
    const config = shopSchema.parse({ file: 'shop.yaml', csv: 'more.csv' });
    const told: string[] = [];
    const notice = (level: string, text: string) => told.push(`${level}: ${text}`);
    const book = await ShopBook.open({ config, folder: dir, log, notice });
    const price = (question: string) => book.index.retrieve(question, undefined).answer;
    t.match(price('1号多少钱'), /39\.9元/);
    t.match(price('袜子多少钱'), /5元/);
    t.equal(await book.look(), false);
    writeFileSync(join(dir, 'shop.yaml'), 'products:\n  - { number: 1, name: 裙子, price: "49.90" }\n');
    t.equal(await book.look(), true);
    t.match(price('1号多少钱'), /49\.90元/);
    writeFileSync(join(dir, 'shop.yaml'), 'products: [ {');
    t.equal(await book.look(), false);
    t.match(price('1号多少钱'), /49\.90元/);
    t.match(told, [
      'info: the shop has changed: 2 products',
      /^warn: the shop cannot be read, what was known before stays: .*shop\.yaml:1/,
    ]);
  },
);

void t.test('ShopBook.open() names file, line and field of what is wrong', async (t) => {
  const dir = t.testdir({
    'bad.yaml': 'products:\n  - name: 裙子\n  - name: 袜子\n    price: 5\n',
    'twice.yaml': 'products:\n  - { number: 1, name: a }\n  - { number: 1, name: b }\n',
  });
  const open = async (config: object) =>
    await ShopBook.open({ config: shopSchema.parse(config), folder: dir, log });
  await t.rejects(open({ file: 'bad.yaml' }), {
    code: 'configuration',
    message: /bad\.yaml:4: products\[1\]\.price/,
  });
  await t.rejects(open({ file: 'none.yaml' }), { message: /ENOENT/ });
  await t.rejects(open({ file: 'twice.yaml' }), { message: /"a" and "b" both have the number 1/ });
});
