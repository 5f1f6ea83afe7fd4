import type { SeededRandom } from './seeded-random.ts';

/** What viewers of a shop's room write: mostly questions, greetings, at times emoji, addresses and nonsense. */
export function makeChatLine(random: SeededRandom): string {
  const roll = random.next();
  if (roll < 0.5) return decorate(random, random.pick(QUESTIONS));
  if (roll < 0.78) return decorate(random, random.pick(SMALL_TALK));
  if (roll < 0.9) return random.pick(EMOJI);
  if (roll < 0.97) return random.pick(SPAM);
  return random.pick(QUESTIONS).repeat(random.whole(3, 8));
}

function decorate(random: SeededRandom, line: string): string {
  return random.chance(0.12) ? line + random.pick(EMOJI) : line;
}

const QUESTIONS: readonly [string, ...string[]] = [
  '多少钱',
  '这个多少钱啊',
  '什么时候发货',
  '今天下单什么时候能到',
  '有没有优惠',
  '有优惠券吗',
  '包邮吗',
  '新疆包邮吗',
  '保质期多久',
  '有没有无糖的',
  '一盒几个',
  '3号链接还有货吗',
  '支持七天无理由吗',
  '孕妇可以吃吗',
  '小朋友能吃吗',
  '怎么下单',
  '链接在哪里',
  '可以开发票吗',
  '和旗舰店是一样的吗',
  '坏了包赔吗',
];

const SMALL_TALK: readonly [string, ...string[]] = [
  '主播好',
  '主播晚上好',
  '来了来了',
  '第一次来',
  '已拍',
  '已下单，请尽快发货',
  '上次买的很好吃',
  '回购三次了',
  '主播声音真好听',
  '支持支持',
  '666',
  '哈哈哈哈',
  '刚刚断网了',
  '主播是真人吗？',
];

const EMOJI: readonly [string, ...string[]] = [
  '[捂脸]',
  '[比心][比心]',
  '[玫瑰]',
  '👍👍👍',
  '[赞]太好吃了',
  '😂',
];

const SPAM: readonly [string, ...string[]] = [
  '加V看主页 https://example.com/a?b=1',
  '1',
  '1111111111111111111111',
  '扣1领福利',
  '兼职日结私我',
  '。。。。。。',
];
