import t from 'tap';
import { speakableText } from '../../../workers/tts/speakable-text.ts';

const cases: [name: string, text: string, spoken: string][] = [
  ['leaves plain text alone', '今天39.9元，买1送1！', '今天39.9元，买1送1！'],
  ['takes out emotes', '谢谢[比心]大家[666]', '谢谢 大家'],
  ['takes out nested brackets', '[[赞]]好', '好'],
  [
    'takes out addresses and keeps what follows',
    '看https://a.example/b?c=1，很好 www.b.example',
    '看 ，很好',
  ],
  ['takes out emoji, flags, skin tones and joined ones', '好👍🏽👨‍👩‍👧🇨🇳☀️1️⃣棒', '好 1 棒'],
  ['takes out invisible and direction marks', '你\u200b好\u202e啊\ufeff', '你好啊'],
  ['turns control characters into spaces', '一\u0000二\n三\t四', '一 二 三 四'],
  ['caps stretched characters', '哈哈哈哈哈哈！！！！！！', '哈哈哈！！！'],
  ['keeps every digit', '100000000元', '100000000元'],
  ['survives half a character', 'a\ud83d好', 'a好'],
  ['caps stacked accents', `好e${'\u0301'.repeat(50)}`, `好e${'\u0301'.repeat(2)}`],
  ['takes out what an engine may read as markup', '<b>好</b>{x}', 'b 好 /b x'],
  ['is empty for emoji only', '😀😀 [微笑]', ''],
  ['is empty for punctuation only', '。。。！？～', ''],
  ['is empty for nothing', '', ''],
];

for (const [name, text, spoken] of cases) {
  void t.test(`speakableText() ${name}`, async (t) => {
    t.equal(speakableText(text), spoken);
  });
}

void t.test('speakableText() changes nothing the second time', async (t) => {
  for (const [, text] of cases) t.equal(speakableText(speakableText(text)), speakableText(text));
});
