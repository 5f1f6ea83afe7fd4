import t from 'tap';
import { shopSchema } from '../../../../protocol/reply/shop-config.ts';
import { ShopIndex } from '../../../../workers/reply/shop/shop-index.ts';
import { shop } from './shop.ts';

const index = new ShopIndex(shop, shop);
const dress = { productId: '3690001', title: '', index: 1 };

void t.test('retrieve() answers from the data of the product that is meant', (t) => {
  const cases: [string, string | undefined][] = [
    ['一号链接多少钱', '法式碎花连衣裙现在39.9元一件，平时99元。'],
    ['3号怎么卖', '山核桃仁现在19.90元一袋。'],
    ['碎花裙什么价', '法式碎花连衣裙现在39.9元一件，平时99元。'],
    ['2号还有货吗', '这一款已经拍完了，可以看看其他链接。'],
    ['碎花裙还有吗', '法式碎花连衣裙还有120件。'],
    ['T恤什么时候发货', '预售，七天内发货。'],
    ['几天能到', '现在下单四十八小时内发货，全国包邮。'],
    ['碎花裙透不透啊', '有内衬，不透的。'],
    ['山核桃保质期多久', '山核桃仁的保质期：180天。'],
    ['可以开发票吗', '可以开电子发票，联系客服就行。'],
    ['不喜欢能退货吗', '收到货七天之内不满意可以退换。'],
    ['能便宜点吗', '满200元减30元，下单自动减。'],
  ];
  for (const [question, answer] of cases)
    t.equal(index.retrieve(question, undefined).answer, answer, question);
  t.end();
});

void t.test('retrieve() takes the product that is being explained, unless another is named', (t) => {
  t.match(index.retrieve('这个多少钱', dress), { answer: /39\.9/, product: { number: 1 }, slot: 'price' });
  t.match(index.retrieve('多少钱', dress), { answer: /39\.9/ });
  t.match(index.retrieve('这个是纯棉的吗', dress), { answer: undefined, product: { number: 1 } });
  t.match(index.retrieve('3号多少钱', dress), { answer: /19\.90/ });
  t.match(index.retrieve('多少钱', { productId: '', title: '碎花裙 夏', index: 9 }), { answer: /39\.9/ });
  t.match(index.retrieve('多少钱', { productId: '77', title: '别的东西', index: 1 }), { asksBack: true });
  t.end();
});

void t.test('retrieve() asks back or says nothing rather than guess', (t) => {
  t.match(index.retrieve('多少钱', undefined), { answer: shop.askBack, asksBack: true });
  t.match(index.retrieve('9号链接多少钱', dress), { answer: undefined, reason: /no link 9/ });
  for (const question of [
    '你结婚了吗',
    '今天天气怎么样啊朋友们',
    '能用花呗分期买房吗',
    '666',
    '哈哈哈哈',
    '主播唱首歌',
  ])
    t.equal(index.retrieve(question, undefined).answer, undefined, question);
  t.match(index.retrieve('T恤保质期多久', undefined), {
    answer: undefined,
    reason: /no spec of 纯棉圆领T恤/,
  });
  const empty = new ShopIndex(shopSchema.parse({}), shopSchema.parse({}));
  t.match(empty.retrieve('多少钱', undefined), { answer: undefined });
  t.ok(empty.isEmpty);
  t.end();
});

void t.test('retrieve() is done with a text of numerals, however long', (t) => {
  t.match(index.retrieve('一'.repeat(200_000), undefined), { answer: undefined });
  t.end();
});
