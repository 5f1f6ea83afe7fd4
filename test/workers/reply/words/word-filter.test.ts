import t from 'tap';
import { wordsSchema } from '../../../../protocol/reply/words-config.ts';
import { openWords } from '../../../../workers/reply/words/open-words.ts';

const folder = import.meta.dirname;
const openLists = async (config: object) => await openWords(wordsSchema.parse(config), folder);

void t.test('check() finds a word however it is written', async (t) => {
  const words = await openLists({ superlatives: false });
  const evasions = [
    '加我微信',
    '加我微 信',
    '加我微.信',
    '加我 微-_-信',
    '加微微微信信',
    '加我薇信',
    '徽芯',
    'ｖｘ联系',
    'V X 123',
    '我的Ｗ.Ｘ',
    '微\u200b信',
    '微\u0301信',
    '微🌹信',
    '加我 𝐕𝐗',
    'ѵх',
    'QQ群',
    '有Q群吗',
    'WeChat',
    'ⓦⓔⓒⓗⓐⓣ',
    '电话138-0013-8000',
    '一三八零零一三八零零零',
    '１３８００１３８０００',
    '1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣',
    '加我 12345678',
    '联系 9 8 7 6 5 4 3',
    '+86 138 0013 8000',
    '400-800-8000',
    'taobao.com/x',
    '看 www.abc.cn',
    'abc点com',
    'me@mail.example',
    'HTTPS://t.cn/AbC',
    '傳說中的微信號',
    '用微信加你可以吗',
    '微信支付不了，加我微信',
    '支持微信号转账吗',
    '➕v abc888',
    '+ VX:abc888',
    '薇❤abc',
    '微 x abc',
    '❶❸❾⓿⓿❶❸⓼⓪⓪⓪',
    '⓵⓷⓽⓪⓪⓵⓷⓼⓪⓪⓪',
    '🅥🅧 abc',
    '🆅🆇',
    '群829384723',
    '私信我有低价',
    '去tb搜花店',
  ];
  for (const text of evasions) t.ok(words.check(text).isBlocked, text);
  for (const text of evasions) t.equal(words.check(text).text, '', text);
});

void t.test('check() leaves alone what is no such word', async (t) => {
  const words = await openLists({});
  const harmless = [
    '这件多少钱',
    '39.9元包邮吗',
    '三十九块九',
    '我身高165，体重120斤穿什么码',
    'dvx9型号',
    '百分之百棉的吗',
    '微信能不能付',
    '加v领的好看',
    '去死海旅游',
    '1+1是多少',
    '有点微妙❤',
    '这是VIP款吗',
    '能加VIP吗',
    'qq糖好吃吗',
    '第一次来',
    '最后一件了吗',
    '有3号链接吗',
    '原价139，现价99，库存1000',
    '2026年11月28日发货',
    '订单号是多少',
    '威信很高',
    'top10有哪些',
    '微信支付吗',
    '能用微信付款吗',
    '支持微信吗',
    '支付宝还是微信',
  ];
  for (const text of harmless) t.same(words.check(text), { text, isBlocked: false, findings: [] }, text);
});

void t.test('check() replaces superlatives, masks and replaces by list, and tells where', async (t) => {
  const words = await openLists({
    lists: [
      { id: 'rude', category: 'mask', words: ['傻瓜'] },
      { id: 'ours', category: 'replace', replacement: '家人们', words: ['老铁们'] },
    ],
  });
  t.equal(words.check('这是最好的，第 一 品牌，老铁们').text, '这是很好的，很不错，家人们');
  t.equal(words.check('你这个傻-瓜啊').text, '你这个啊');
  t.match(words.check('啊，傻傻瓜').findings, [{ word: '傻瓜', list: 'rude', start: 2, end: 5 }]);
  t.equal(words.check('这是绝對好用').text, '这是真的好用');
});

void t.test('check() knows repeated characters that belong to the word', async (t) => {
  const words = await openLists({
    contacts: false,
    superlatives: false,
    lists: [
      { id: 'a', words: ['天天向上', 'a微微d'] },
      { id: 'b', category: 'mask', words: ['微信'] },
    ],
  });
  t.ok(words.check('天天天天向上').isBlocked);
  t.notOk(words.check('天向上').isBlocked);
  t.equal(words.check('a微微微信吗').text, 'a微吗');
});

void t.test('check() finds every word that overlaps another', async (t) => {
  // What a search that does not go back from a failed longer word misses.
  const words = await openLists({ lists: [{ id: 'x', words: ['abcd', 'bc', '法轮功法', '轮功'] }] });
  t.ok(words.check('甲 abce 乙').findings.length === 0, 'bc is a part of a longer Latin word');
  const han = await openLists({ lists: [{ id: 'x', words: ['甲乙丙丁', '乙丙'] }] });
  t.match(han.check('甲乙丙戊').findings, [{ word: '乙丙', start: 1, end: 3 }]);
  t.match(han.check('甲乙丙丁').findings, [{ word: '甲乙丙丁' }]);
});

void t.test('check() hears homophones and pinyin where a list asks for it', async (t) => {
  const words = await openLists({
    contacts: false,
    lists: [
      { id: 'sound', words: ['微信', '赌博'], homophones: true },
      { id: 'sight', words: ['代购'] },
    ],
  });
  for (const text of ['卫星加一下', '薇心', '杜博', 'weixin', 'du bo', 'W E I X I N'])
    t.ok(words.check(text).isBlocked, text);
  for (const text of ['戴狗', 'daigou', '微笑']) t.notOk(words.check(text).isBlocked, text);
});

void t.test('check() keeps a distance of more than maxGap apart', async (t) => {
  const words = await openLists({ maxGap: 1 });
  t.ok(words.check('微.信').isBlocked);
  t.notOk(words.check('微..信').isBlocked);
});

void t.test('check() takes any text at all', async (t) => {
  const words = await openLists({});
  for (const text of [
    '',
    ' ',
    '\ud800',
    '\udc00x',
    '\0\u0007',
    '👨‍👩‍👧‍👦'.repeat(50),
    '㎏'.repeat(100),
    'ﷺ',
    '微'.repeat(5_000),
  ])
    t.equal(words.check(text).isBlocked, false, JSON.stringify(text.slice(0, 10)));
});

void t.test('check() is done with a text that is all of one kind, however long', async (t) => {
  const words = await openLists({});
  // With time that grows with the square of the length the last of them would be seen by nobody.
  for (const part of ['a', 'a.', 'a-', '1', '一', '+v', 'w'])
    t.ok(words.check(part.repeat(300_000 / part.length)), part);
});

void t.test('openWords() reads files of words, and names line and file of what is wrong', async (t) => {
  const dir = t.testdir({
    'good.txt': '\ufeff# a comment\n坏话 # and another\r\n\n黑话 = 白话\n',
    'bad.txt': '好\n！！！\n' + '长'.repeat(65) + '\n',
  });
  const config = (file: string) =>
    wordsSchema.parse({ lists: [{ id: 'l', category: 'replace', replacement: '某', file }] });
  const words = await openWords(config('good.txt'), dir);
  t.equal(words.check('坏话和黑话').text, '某和白话');
  await t.rejects(openWords(config('bad.txt'), dir), {
    code: 'configuration',
    message:
      /reply\.words\.lists\[0\]\.file: .*bad\.txt:2: "！！！" has no letter.*bad\.txt:3: is longer than 64/,
  });
  await t.rejects(openWords(config('none.txt'), dir), {
    message: /lists\[0\]\.file: cannot be read.*ENOENT/,
  });
});

void t.test('check() finds contacts in disguise, and none in the talk of a shop', async (t) => {
  const words = await openLists({});
  for (const text of [
    '微丶信聊',
    '薇灬信',
    '加我wei信',
    'v❤聊',
    'V ❤ abc',
    '138OOI38OOO',
    'l38OOl38OOO',
    '加客服的V',
    '看我主页',
    '去淘宝买更便宜',
  ])
    t.ok(words.check(text).isBlocked, text);
  for (const text of [
    '给他妈妈的生日礼物',
    'V领❤好看',
    'love❤主播',
    '比淘宝买便宜吗',
    'L 65 75 85 95 10',
    'S M L XL 100 110 120 130',
    'i5 i7 i9 10 11 12 13',
    '丝丝入扣',
  ])
    t.notOk(words.check(text).isBlocked, text);
  t.ok(words.check('他妈的').isBlocked);
});
