import t from 'tap';
import { SeededRandom } from '../../../../ops/sim/douyin-room/scenario/seeded-random.ts';
import { normaliserVersion, speechText } from '../../../../workers/tts/text/speech-text.ts';

const cases: [name: string, text: string, said: string][] = [
  ['leaves plain text alone', '今天三十九块九，买一送一！', '今天三十九块九，买一送一！'],
  ['says what a shop writes', '今天39.9元，买1送1！', '今天三十九块九，买一送一！'],
  [
    'says a whole script line',
    '小明，这款今天直播价¥39.90，2件8折，19:30开抢，满200减20，库存只有1.2w件！',
    '小明，这款今天直播价三十九块九，两件八折，十九点三十分开抢，满两百减二十，库存只有一点二万件！',
  ],
  ['takes out emotes', '谢谢[比心]大家[666]', '谢谢 大家'],
  ['takes out nested brackets', '[[赞]]好', '好'],
  ['takes out addresses and keeps what follows', '看https://a.example/b?c=1，很好 www.b.example', '看，很好'],
  ['takes out emoji, flags, skin tones and joined ones', '好👍🏽👨‍👩‍👧🇨🇳☀️1️⃣棒', '好 一 棒'],
  ['takes out invisible and direction marks', '你\u200b好\u202e啊\ufeff', '你好啊'],
  ['turns control characters into spaces, and line ends into pauses', '一\u0000二\n三\t四', '一 二，三 四'],
  ['caps stretched characters', '哈哈哈哈哈哈！！！！！！', '哈哈哈！'],
  ['says every digit', '100000000元', '一亿元'],
  ['survives half a character', 'a\ud83d好', 'a好'],
  ['caps stacked accents', `好e${'\u0301'.repeat(50)}`, '好é\u0301\u0301'],
  ['takes out what an engine may read as markup', '<b>好</b>{x}', '好，x，'],
  ['leaves traditional characters', '歡迎來到直播間', '歡迎來到直播間'],
  ['says gifts with their number', '谢谢阿花送来的2个大啤酒。', '谢谢阿花送来的两个大啤酒。'],
  ['makes wide letters narrow', 'ＯＫ，５折', 'OK，五折'],
  ['is empty for emoji only', '😀😀 [微笑]', ''],
  ['is empty for punctuation only', '。。。！？～', ''],
  ['is empty for nothing', '', ''],
];

for (const [name, text, said] of cases) {
  void t.test(`speechText() ${name}`, async (t) => {
    t.equal(speechText(text), said);
  });
}

/** What is likeliest to upset a pattern. */
const nasty =
  '0 1 2 9 12 39.9 2026 13812345678 . , : - / ~ + * x X = % ‰ ¥ ￥ $ 元 块 折 个 件 年 月 日 号 点 分 第 满 减 买 送 万 w k K G kg ml m s h ° ℃ @ # [ ] ( ) （ ） < > think </think> <think> ` ``` ** _ ~~ | \\ ① ² ½ Ⅳ ٣ ３ ａ Ａ 〇 e\u0301 \u0301 \u0301\u0301\u0301 가 ᄀ ᅡ か ﾞ й a dd yyds ok OK USB AAAA iPhone 哈 哈哈哈哈 六 一 。 ！ ？ ； 、 … —— “ ” 「 」 ’ \' " 《 》 【 】 & &amp; &#x30; &#0; &lt; :// http://a.b www. .com ^_^ T_T (｡･ω･｡) ￼ 𠀀 ß ﬁ ™ № ´ A B S 码 双 11 3q u1s1 666 88 520 😀 👨‍👩‍👧 1️⃣ \ud83d \ude00 \u200b \u202e \ufeff \u0000 \u0085'
    .split(' ')
    .concat(' ', '\n', '\t', '\r\n');
const shape = /^(?:\p{L}(?:[\p{L}\p{M} ']|[，。！？；、](?=[\p{L}']|$))*)?$/u;

void t.test(
  'speechText() gives words and single marks only, whatever comes, and nothing new the second time',
  async (t) => {
    const random = new SeededRandom(7);
    for (let round = 0; round < 8_000; round++) {
      const text = Array.from(
        { length: 1 + random.whole(0, 13) },
        () => nasty[random.whole(0, nasty.length - 1)],
      ).join('');
      const said = speechText(text);
      if (shape.test(said) && said.isWellFormed() && speechText(said) === said) continue;
      t.fail(`${JSON.stringify(text)} gives ${JSON.stringify([said, speechText(said)])}`);
    }
  },
);

void t.test('speechText() comes to an end with ten thousand of anything', async (t) => {
  const pairs = [
    '1.',
    '1,',
    '1:',
    '1/',
    '1-',
    'a.',
    'a@',
    '(^',
    '[a',
    '<a',
    '`a',
    '**a',
    '1a',
    '¥1',
    '&#',
    '价1',
  ];
  for (const piece of [...nasty, ...pairs]) {
    const said = speechText(piece.repeat(Math.ceil(10_000 / piece.length)));
    t.ok(shape.test(said), JSON.stringify([piece, said.slice(0, 20)]).toWellFormed());
  }
});

void t.test('normaliserVersion is a whole number', async (t) => {
  t.ok(Number.isInteger(normaliserVersion));
});
