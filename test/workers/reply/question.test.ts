import t from 'tap';
import { isSameQuestion, normalise, similarity, toQuestion } from '../../../workers/reply/question.ts';

void t.test('normalise() keeps what is asked', (t) => {
  const texts = {
    '多少钱啊？？': '多少钱',
    ' ＭＬ 码 有 吗 ': 'ml码有',
    哈哈哈哈: '哈',
    '👍👍': '👍👍',
    多多多多少钱: '多少钱',
  };
  for (const [text, normal] of Object.entries(texts)) t.equal(normalise(text), normal, text);
  t.end();
});

void t.test('similarity() tells alike from other questions', (t) => {
  const of = (one: string, other: string) => similarity(toQuestion(one), toQuestion(other));
  t.equal(of('包邮吗', '包邮嘛！'), 1);
  t.ok(of('这件衣服什么时候发货', '这件衣服什么时候能发货') >= 0.8);
  t.equal(of('160穿什么码', '170穿什么码'), 0);
  t.equal(of('有s码吗', '有m码吗'), 0);
  t.equal(of('好', '坏'), 0);
  t.ok(of('多少钱', '包邮吗') < 0.5);
  t.equal(
    similarity(toQuestion('多少钱'), toQuestion('这件毛衣到底多少钱'), 0.8),
    0,
    'too short to be alike',
  );
  t.end();
});

void t.test('isSameQuestion() tells what is about another thing, however much is written alike', (t) => {
  const is = (one: string, other: string) => isSameQuestion(toQuestion(one), toQuestion(other), 0.8);
  t.ok(is('这件衣服什么时候发货', '这件衣服什么时候能发货呀'));
  t.ok(is('主播碎花裙多少钱', '主播碎花裙多少钱啊？'));
  for (const [one, other] of [
    ['一号链接多少钱', '三号链接多少钱'],
    ['主播十二号链接还有货吗', '主播二十号链接还有货吗'],
    ['这个裙子有没有黑色的呀主播', '这个裙子有没有白色的呀主播'],
    ['是9.9吗', '是99吗'],
    ['男款羽绒服多少钱一件', '女款羽绒服多少钱一件'],
    ['主播这个裙子可以机洗吗', '主播这个裙子不可以机洗吗'],
  ] as const)
    t.notOk(is(one, other), `${one}, ${other}`);
  t.end();
});
