import { SeededRandom } from '../../sim/douyin-room/scenario/seeded-random.ts';

type List = readonly [string, ...string[]];

const openings: List = [
  '欢迎来到直播间',
  '家人们看过来',
  '刚进来的朋友',
  '感谢小明的礼物',
  '喜欢的宝宝们',
  '主播再说一遍',
  '老板们听好了',
  '不要着急',
  '来来来',
  '谢谢大家的支持',
  '点点关注不迷路',
  '今天是品牌日',
];
const goods: List = [
  '这款连衣裙',
  '这个保温杯',
  '一号链接的面膜',
  '手工做的牛肉酱',
  '新疆的红枣',
  '纯棉四件套',
  '儿童绘本',
  '车载吸尘器',
  '无糖的燕麦片',
  '这件羽绒服',
  '红色的运动鞋',
  '不锈钢炒锅',
  '蓝牙耳机',
  '大瓶的洗衣液',
];
const claims: List = [
  '只要三十九块九',
  '今天买一送一',
  '马上就要卖完了',
  '质量特别好',
  '支持七天无理由退货',
  '全国都包邮',
  '明天下午就能发货',
  '有五种颜色可以选',
  '孕妇和孩子都能用',
  '已经卖出两万多件',
  '比超市便宜一半',
  '摸起来非常柔软',
  '可以放心地清洗',
  '送给爸妈也合适',
  '库存不到一百单',
  '用了都说好',
];
const calls: List = [
  '想要的扣一',
  '点左下角的小黄车',
  '拍下备注主播名字',
  '先领优惠券再下单',
  '有问题打在公屏上',
  '喜欢就赶紧带走吧',
  '错过要等明年',
  '给主播点点赞',
];
const short: List = [
  '好的。',
  '嗯。',
  '谢谢！',
  '没有了。',
  '可以的。',
  '来了来了！',
  '有货的。',
  '包邮。',
  '马上发货。',
  '明天就到。',
];
const marks: List = ['。', '！', '。', '？'];

const englishGoods: List = [
  'this dress',
  'the blue kettle',
  'our beef sauce',
  'this winter jacket',
  'the face mask',
];
const englishClaims: List = [
  'is only thirty nine today',
  'ships tomorrow afternoon',
  'comes in five colours',
  'is nearly sold out',
  'is safe for children',
  'feels very soft and warm',
];
const englishCalls: List = [
  'please follow us',
  'ask me anything',
  'grab a coupon first',
  'thank you for watching',
];

export type Tongue = 'zh' | 'en';

/** So many different sentences of a shop's live room, of 1 to 40 characters; the same seed gives the same ones. */
export function shopSentences({
  seed,
  count,
  tongue,
}: {
  seed: number;
  count: number;
  tongue: Tongue;
}): string[] {
  const random = new SeededRandom(seed);
  const made = new Set<string>();
  while (made.size < count) made.add(tongue === 'en' ? english(random) : chinese(random));
  return [...made];
}

function chinese(random: SeededRandom): string {
  const roll = random.next();
  if (roll < 0.08) return random.pick(short);
  const mark = random.pick(marks);
  if (roll < 0.2) return random.pick(claims) + mark;
  if (roll < 0.28) return random.pick(openings) + mark;
  if (roll < 0.55) return random.pick(goods) + random.pick(claims) + mark;
  if (roll < 0.8) return `${random.pick(openings)}，${random.pick(goods)}${random.pick(claims)}${mark}`;
  if (roll < 0.9) return `${random.pick(goods)}${random.pick(claims)}，${random.pick(calls)}${mark}`;
  return `${random.pick(openings)}，${random.pick(goods)}${random.pick(claims)}，${random.pick(calls)}${mark}`;
}

function english(random: SeededRandom): string {
  const sentence = `${random.pick(englishGoods)} ${random.pick(englishClaims)}`;
  return random.chance(0.5) ? `${sentence}, ${random.pick(englishCalls)}.` : `${sentence}.`;
}
