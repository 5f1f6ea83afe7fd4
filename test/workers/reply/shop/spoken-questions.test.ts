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
  ['能发顺丰吗', /二十四小时/],
  ['可以发京东不', /二十四小时/],
  ['到北京几天', /二十四小时/],
  ['明天能到货吗', /二十四小时/],
  ['昨天拍的发了没', /二十四小时/],
  ['满多少减多少', /满100元减15元/],
  ['有没有粉丝价', /满100元减15元/],
  ['有运费险没', /有运费险。$/],
  ['退货运费谁出', /有运费险。$/],
  ['能七天无理由不', /七天/],
  ['质量有问题咋办', /七天/],
  ['杯子裂了怎么退', /七天/],
  ['1️⃣号多少钱', /19\.9元/],
  ['❽号多少钱', /399元/],
  ['Ⅷ号多少钱', /399元/],
  ['羽绒服好多钱', /399元/],
  ['8号 price?', /399元/],
  ['羽绒服原价多少', /399元/],
  ['羽绒服是399块吗', /399元/],
  ['羽绒服三百块钱卖吗', /399元/],
  ['洗脸巾十九块九一包对不对', /19\.9元/],
  ['洗脸巾9块9包邮吗', /^下单后/],
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

void t.test('retrieve() tells of what is meant, not of what is said not to be', (t) => {
  const asked: [question: string, answer: RegExp][] = [
    ['不是一号，是八号多少钱', /^男士羽绒服现在399元一件。$/],
    ['不是一号是八号多少钱', /^男士羽绒服现在399元一件。$/],
    ['我不要洗脸巾，我问的是羽绒服多少钱', /^男士羽绒服现在399元一件。$/],
    ['不是问保温杯 羽绒服还有吗', /^男士羽绒服还有80件。$/],
    ['一号不要，8号多少钱', /^男士羽绒服现在399元一件。$/],
    ['不要洗脸巾要羽绒服，多少钱', /^男士羽绒服现在399元一件。$/],
    ['不是一号吗，多少钱', /^棉柔洗脸巾现在19\.9元一包。$/],
    ['洗脸巾不要了，能退吗', /七天/],
    ['是不是一号是多少钱', /^棉柔洗脸巾现在19\.9元一包。$/],
    ['要不要一号要多少钱', /^棉柔洗脸巾现在19\.9元一包。$/],
  ];
  for (const [question, answer] of asked)
    t.match(index.retrieve(question, { productId: '', title: '保温杯', index: 2 }).answer, answer, question);
  t.match(index.retrieve('不是一号，是九号链接多少钱', undefined), { answer: undefined });
  t.end();
});

void t.test('retrieve() answers several questions at once, and of several products', (t) => {
  const asked: [question: string, answer: RegExp][] = [
    ['2号多少钱，还有货吗', /^316保温杯现在59元一个。这一款已经拍完了/],
    ['羽绒服多少钱？能退吗', /^男士羽绒服现在399元一件。收到货七天内/],
    ['洗脸巾多少钱 包邮吗 新疆发吗', /^棉柔洗脸巾现在19\.9元一包。下单后[^。]+。$/],
    ['羽绒服有黑色吗，多少钱', /^男士羽绒服的颜色：黑色、藏青。男士羽绒服现在399元一件。$/],
    ['多少钱，包邮吗', /^您问的是几号链接呀？下单后/],
    ['一号和八号多少钱', /^棉柔洗脸巾现在19\.9元一包。男士羽绒服现在399元一件。$/],
    ['1、2、8号分别多少', /^棉柔洗脸巾现在19\.9元一包。316保温杯现在59元一个。男士羽绒服现在399元一件。$/],
    ['羽绒服和洗脸巾还有吗', /^男士羽绒服还有80件。$/],
    ['1号跟8号哪个便宜', /^棉柔洗脸巾现在19\.9元一包。男士羽绒服现在399元一件。$/],
    ['一号洗脸巾多少钱', /^棉柔洗脸巾现在19\.9元一包。$/],
    ['11月1、2号能发货吗，羽绒服', /^下单后[^。]+。$/],
  ];
  for (const [question, answer] of asked)
    t.match(index.retrieve(question, undefined).answer, answer, question);
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
    '给你刷10块吗',
    '刷一百元是不是可以上榜',
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

void t.test('retrieve() takes no entry that has only the asking in common with the question', (t) => {
  const faq = [
    { ask: ['券哪里领'], answer: '点小黄车上面的领券。' },
    { ask: ['能用花呗吗'], answer: '可以用花呗。' },
    { ask: ['店在哪里'], answer: '店在广州。' },
    { ask: ['几点下播'], answer: '十点下播。' },
    ...Array.from({ length: 100 }, (_, at) => ({ ask: [`第${at}个没人问的问题`], answer: '没人问。' })),
  ];
  const many = new ShopIndex({ ...shop, faq }, shop);
  for (const question of ['洗脸巾是哪里的', '这个能用吗', '几点了', '厂在哪里'])
    t.notMatch(many.retrieve(question, undefined).answer ?? '', /领券|花呗|下播|广州/, question);
  for (const [question, answer] of [
    ['券在哪里领', /领券/],
    ['能不能用花呗', /花呗/],
    ['店在哪里呀', /广州/],
    ['主播几点下播', /下播/],
  ] as const)
    t.match(many.retrieve(question, undefined).answer ?? '', answer, question);
  t.end();
});
