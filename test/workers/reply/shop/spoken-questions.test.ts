import t from 'tap';
import { shopSchema } from '../../../../protocol/reply/shop-config.ts';
import { ShopIndex } from '../../../../workers/reply/shop/shop-index.ts';

/** A shop of other things, whose owner writes no marks at the ends of sentences. */
const shop = shopSchema.parse({
  coupon: '满100元减15元，在小黄车里领券',
  shipping: '下单后二十四小时内从广州发货，全国包邮，新疆西藏除外',
  afterSales: '收到货七天内不喜欢可以退，有运费险',
  faq: [{ ask: ['能开发票吗', '开票'], answer: '可以开电子普通发票' }],
  products: [
    {
      number: 1,
      name: '棉柔洗脸巾',
      aliases: ['洗脸巾'],
      price: '19.9',
      unit: '包',
      points: ['加厚珍珠纹', '干湿两用不掉絮，'],
      specs: { 规格: '一包80抽', 适合: '三岁以上的小朋友都能用' },
    },
    { number: 2, name: '316保温杯', aliases: ['保温杯'], price: '59', unit: '个', stock: 0 },
    {
      number: 8,
      name: '男士羽绒服',
      aliases: ['羽绒服'],
      price: '399',
      unit: '件',
      stock: 80,
      specs: { 尺码: 'M到4XL', 颜色: '黑色、藏青' },
      faq: [{ ask: ['充绒量多少', '多少绒'], answer: '一百八十克' }],
    },
  ],
});
const index = new ShopIndex(shop, shop);

const cases: [question: string, answer: RegExp][] = [
  ['1号链接dsq', /19\.9元/],
  ['①多少钱', /19\.9元/],
  ['8多少米', /399元/],
  ['羽绒服啥子价', /399元/],
  ['8号链接咋个卖', /399元/],
  ['羽绒服要多少', /399元/],
  ['八号多少', /399元/],
  ['八号链接价钱', /399元/],
  ['洗脸巾单价', /19\.9元/],
  ['多少', /几号链接/],
  ['8号还有不', /80件/],
  ['羽绒服还有多少件', /80件/],
  ['保温杯还有没', /拍完/],
  ['2号没了吗', /拍完/],
  ['8号有4xl吗', /^男士羽绒服的尺码：M到4XL。$/],
  ['羽绒服还有没有别的颜色', /藏青/],
  ['洗脸巾一包多少抽', /80抽。$/],
  ['洗脸巾几岁能用', /三岁以上/],
  ['新疆发吗', /除外。$/],
  ['有运费险没', /有运费险。$/],
  ['退货运费谁出', /有运费险。$/],
  ['能七天无理由不', /七天/],
  ['质量有问题咋办', /七天/],
  ['杯子裂了怎么退', /七天/],
  ['有折扣吗', /满100元减15元/],
  ['发票怎么开呀', /^可以开电子普通发票。$/],
  ['介绍一下洗脸巾', /^加厚珍珠纹。干湿两用不掉絮。棉柔洗脸巾现在19\.9元一包。$/],
];

void t.test('retrieve() knows what is asked in the words of speech, and answers in whole sentences', (t) => {
  for (const [question, answer] of cases) {
    const found = index.retrieve(question, undefined).answer ?? '';
    t.match(found, answer, question);
    t.match(found, /[。？]$/u, question);
  }
  t.end();
});

void t.test('retrieve() takes no number for a question about the price', (t) => {
  for (const question of [
    '主播身高多少',
    '你粉丝多少了',
    '现在几度多少人',
    'l o v e 主播',
    '我有货源找我',
    '多少度能穿',
  ])
    t.equal(
      index.retrieve(question, { productId: '', title: '羽绒服', index: 8 }).answer,
      undefined,
      question,
    );
  t.end();
});

void t.test(
  'retrieve() tells of the product on show neither what is asked of another, nor another thing',
  (t) => {
    const coat = { productId: '', title: '羽绒服', index: 8 };
    for (const question of ['这件多少', '多少'])
      t.match(index.retrieve(question, coat).answer, /399元/, question);
    for (const question of ['上一个多少钱', '刚才那个多少钱', '下一款什么价'])
      t.match(index.retrieve(question, coat), { asksBack: true }, question);
    t.match(index.retrieve('充绒量多少', coat).answer, /一百八十克/);
    t.end();
  },
);
