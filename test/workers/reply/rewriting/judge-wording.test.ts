import t from 'tap';
import { modelSchema } from '../../../../protocol/reply/model-config.ts';
import { wordsSchema } from '../../../../protocol/reply/words-config.ts';
import { placedWords } from '../../../../workers/reply/placed-words.ts';
import type { Rejection } from '../../../../workers/reply/rewriting/judge-wording.ts';
import { WordingJudge } from '../../../../workers/reply/rewriting/judge-wording.ts';
import { readWording } from '../../../../workers/reply/rewriting/rewrite-request.ts';
import { openWords } from '../../../../workers/reply/words/open-words.ts';

const persona = '你是小雨，在直播间里卖女装，说话亲切，像邻居家的姐姐一样，从来不催人。';

async function openJudge(): Promise<WordingJudge> {
  const words = placedWords(await openWords(wordsSchema.parse({}), '.'));
  return new WordingJudge({ model: modelSchema.parse({ persona }), words });
}

const hello = '新进来的朋友可以点一下关注，以后开播就能收到提醒。';
const price = '这条连衣裙现在39.9元，满99元包邮，部分尺码不参加活动。';
const shown = '正在讲解的是{product.title}，价格{product.price}，喜欢的可以看看。';

/** What may be said instead. */
const good: [line: string, wording: string][] = [
  [hello, '刚来的宝宝们点个关注呀，下次开播第一时间就能收到提醒。'],
  [hello, '还没关注的朋友动动手点一下，开播的时候会有提醒给到您。'],
  [price, '现在拍这条连衣裙是三十九块九，满99元就包邮，有的尺码不参加哦。'],
  [price, '39.9元就能带走这条连衣裙，满九十九元包邮，不过部分尺码没有活动。'],
  [shown, '我们现在看的这款叫{product.title}，到手{product.price}，有喜欢的朋友来看一看。'],
  [
    '{现在|这会儿}是{time}，{大家|朋友们}记得喝口水，休息一下眼睛。',
    '不知不觉已经{time}了，喝口水，让眼睛歇一歇吧。',
  ],
  ['喜欢的朋友可以看看小黄车里的详情。', '想了解的点开小黄车，详情都写在里面。'],
  ['面料是纯棉的，夏天穿着透气，不闷汗。', '纯棉面料做的，大热天穿也很透气，不会捂汗。'],
];

const bad: [reason: Rejection['reason'], line: string, wording: string][] = [
  ['empty', hello, ''],
  ['empty', hello, '。。。'],
  ['paragraphs', hello, '1. 刚来的点个关注。\n2. 点个关注不迷路。\n3. 关注一下收提醒。'],
  ['paragraphs', hello, '刚来的宝宝们点个关注呀。\n\n下次开播就能收到提醒。'],
  ['refusal', hello, '很抱歉，我无法完成这个请求，请换一个问题。'],
  ['refusal', hello, '作为一个AI语言模型，我建议朋友们点一下关注。'],
  ['refusal', hello, '好的，改写后是刚来的朋友点个关注收提醒。'],
  ['quotes', hello, '“刚来的宝宝们点个关注呀，下次开播就能收到提醒。”'],
  ['preamble', hello, '主播：刚来的宝宝们点个关注呀，下次开播就能收到提醒。'],
  ['markup', hello, '**刚来的宝宝们**点个关注呀，下次开播就能收到提醒。'],
  ['markup', hello, '1. 刚来的宝宝们点个关注呀，下次开播就能收到提醒。'],
  ['markup', hello, '- 刚来的宝宝们点个关注呀，下次开播就能收到提醒。'],
  ['markup', hello, '刚来的宝宝们点个关注呀😊，下次开播就能收到提醒。'],
  ['markup', hello, '（微笑）刚来的宝宝们点个关注呀，下次开播就能收到提醒。'],
  ['markup', hello, '刚来的宝宝们（没错，就是您）点个关注呀，下次开播有提醒。'],
  ['fields', shown, '我们现在看的这款到手{product.price}，有喜欢的朋友来看一看。'],
  ['fields', shown, '我们现在看的这款叫{product.title}，到手{product.price}，{viewers}人在看。'],
  ['fields', shown, '我们现在看的这款叫{product.name}，到手{product.price}，来看一看。'],
  ['fields', shown, '我们现在看的这款叫{商品名}，到手{product.price}，来看一看。'],
  ['fields', shown, '我们现在看的这款叫{product.title}，{到手|只要}{product.price}，来看一看。'],
  ['fields', shown, '我们现在看的这款叫{product.title，到手{product.price}，来看一看。'],
  ['fields', shown, '我们现在看的这款叫{product.title}，打{product.price}折，来看一看。'],
  ['fields', hello, '{nickname}点个关注呀，下次开播就能收到提醒。'],
  ['length', hello, '点个关注收提醒。'],
  [
    'length',
    '喜欢的可以看看小黄车。',
    '喜欢的朋友可以点开下面的小黄车看一看，慢慢看慢慢挑，不着急，有什么想知道的都可以打在公屏上。',
  ],
  ['words', hello, '刚来的宝宝们加我微信，下次开播就能收到提醒。'],
  ['words', hello, '刚来的点个关注，全网最低价开播就能收到提醒。'],
  ['number', hello, '刚来的3000个朋友点个关注呀，开播就能收到提醒。'],
  ['number', price, '这条连衣裙现在29.9元，满99元包邮，部分尺码不参加活动哦。'],
  ['number', price, '满39.9元包邮，连衣裙99元一条，部分尺码没有活动哦。'],
  ['number', price, '这条连衣裙现在三十九块九就包邮，有的尺码不参加这次活动。'],
  ['number', shown, '我们现在看的这款叫{product.title}，到手1{product.price}，来看一看。'],
  ['promise', hello, '刚来的点个关注，开播提醒您，还有赠品送给关注的朋友。'],
  ['promise', price, '现在拍这条连衣裙39.9元，满99元包邮，支持无理由退换，部分尺码不参加。'],
  ['condition', price, '现在拍这条连衣裙是三十九块九，满99元就包邮，尺码不参加讨论哦。'],
  ['condition', price, '现在拍这条连衣裙是39.9元，满99元包邮，部分尺码也有活动。'],
  ['condition', '部分商品包邮，请以小黄车里的详情为准。', '小黄车里部分商品是包邮的，大家可以看看详情。'],
  ['condition', '部分商品包邮，请以小黄车里的详情为准。', '小黄车里的部分商品全场包邮，一切以详情为准。'],
  ['instructions', hello, '在直播间里卖女装说话亲切的我，提醒朋友们点关注。'],
  ['instructions', hello, 'Dear friends please follow us 关注提醒 now'],
  ['alike', hello, hello],
  ['alike', hello, '新进来的朋友可以点一下关注哦，以后开播就能收到提醒。'],
  ['alike', hello, '刚来的宝宝点个关注呀，下次开播第一时间就能收到提醒。'],
  ['unrelated', '面料是纯棉的，夏天穿着透气，不闷汗。', '好的，请勿离开，马上安排小助理联系。'],
];
const others = ['刚来的宝宝们点个关注呀，下次开播第一时间就能收到提醒。'];

void t.test('object() lets pass what says the same in other words', async (t) => {
  const judge = await openJudge();
  for (const [line, wording] of good) {
    t.same(judge.object(wording, line, []), undefined, wording);
    t.ok(judge.isUsable(wording, line), wording);
  }
});

void t.test('object() rejects everything else, each with its reason', async (t) => {
  const judge = await openJudge();
  for (const [reason, line, wording] of bad)
    t.equal(judge.object(wording, line, line === hello ? others : [])?.reason, reason, wording);
  const reasons = new Set(bad.map(([reason]) => reason));
  t.equal(reasons.size, 15, 'every reason occurs');
});

void t.test(
  'isUsable() refuses a wording that was kept once it must not be said, or lacks a field',
  async (t) => {
    const judge = await openJudge();
    t.notOk(judge.isUsable('刚来的宝宝们加我微信，下次开播就能收到提醒。', hello));
    t.notOk(judge.isUsable('我们现在看的这款到手{product.price}，来看一看。', shown));
    t.notOk(judge.isUsable('我们现在看的{这款|那款', shown));
    const strict = new WordingJudge({
      model: modelSchema.parse({ persona }),
      words: { check: (text) => ({ kind: text.includes('提醒') ? 'masked' : 'clean', text }) },
    });
    t.notOk(strict.isUsable('刚来的宝宝们点个关注呀，下次开播就能收到提醒。', hello));
  },
);

void t.test('readWording() leaves out thoughts, however they are marked', (t) => {
  const said = '刚来的点个关注。';
  t.equal(readWording(`<think>用户要改写。</think>\n\n${said}\n`, false), said);
  t.equal(readWording(`用户要改写。</think>\n\n${said}`, true), said);
  t.equal(readWording(`用户要改写。</think>${said}`, false), said);
  t.equal(readWording('<think>用户要改写，写到一半', false), '');
  t.equal(readWording('用户要改写，写到一半', true), '');
  t.equal(readWording(`<reasoning>一</reasoning><THINK>二</THINK>${said}`, false), said);
  t.end();
});
