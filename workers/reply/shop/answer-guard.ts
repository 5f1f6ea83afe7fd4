import type { FoundNumber } from './numbers-in.ts';
import { numbersIn } from './numbers-in.ts';

/** What a shop is held to when it has been said; each group is one promise in several words. */
const promises = [
  ['包邮', '免邮', '免运费', '不用运费'],
  ['运费险'],
  ['免费'],
  [
    '赠送',
    '送您',
    '送你',
    '送一',
    '买一送',
    '赠品',
    '送大家',
    '额外送',
    '还送',
    '就送',
    '都送',
    '再送',
    '送小',
    '送礼',
    '送个',
    '有礼品',
  ],
  ['假一赔', '假一罚'],
  ['正品', '专柜', '旗舰'],
  ['无理由', '包退', '包换', '随时退', '全额退', '退全款', '随便退', '放心退'],
  ['退钱', '钱退', '退给你', '退给您', '换新的', '给你换', '给您换', '补发', '重发'],
  ['保修', '质保', '终身', '以旧换新'],
  ['保证', '承诺', '担保', '赔付', '赔偿', '包赔'],
  [
    '当天发',
    '今天发',
    '今晚发',
    '马上发',
    '立刻发',
    '立即发',
    '次日达',
    '隔天到',
    '当天到',
    '今天就发',
    '今天就能发',
  ],
  ['明天发', '明天就发', '明天给', '明天就给', '明天到', '明天就到', '明天就能', '后天到', '后天就'],
  ['保价', '补差', '差价', '退差', '买贵'],
  [
    '治疗',
    '治好',
    '治病',
    '能治',
    '包治',
    '根治',
    '疗效',
    '祛斑',
    '减肥',
    '瘦身',
    '美白',
    '防脱',
    '抗癌',
    '变白',
    '嫩白',
  ],
  [
    '祛痘',
    '痘痘',
    '痘印',
    '淡斑',
    '抗皱',
    '去皱',
    '除皱',
    '抗衰',
    '紧致',
    '增高',
    '丰胸',
    '排毒',
    '降血',
    '降糖',
    '生发',
  ],
  ['消炎', '杀菌', '抗菌', '除菌', '抑菌', '除螨', '止痒', '止痛', '助眠'],
  ['医生推荐', '专家推荐', '医用', '医院', '药用', '临床', '械字号', '妆字号', '国家认证', '质检报告'],

  ['有货', '现货', '库存充足', '货很足'],
  ['优惠券', '满减', '立减', '打折', '折扣', '秒杀价', '特价', '降价', '便宜点', '直降', '白菜价', '骨折价'],
  ['成本价', '批发价', '出厂价', '亏本', '赔本', '不赚钱'],
  ['全网独家', '找不到第二家', '独家'],
  ['最后几', '仅剩', '就剩', '只剩', '快没了', '马上没', '限量', '限时'],
  ['抽奖', '红包', '福袋', '免单', '中奖'],
  // What a thing is made of, and where it is from.
  ['纯棉', '全棉', '百分百棉', '百分之百棉'],
  ['真丝', '桑蚕丝', '蚕丝'],
  ['羊毛', '羊绒'],
  ['真皮', '牛皮', '羊皮'],
  ['亚麻'],
  ['纯银', '足银'],
  ['纯金', '足金', '黄金'],
  ['进口'],
  ['有机', '绿色食品'],
  ['无添加', '零添加', '不添加'],
];

export interface Objection {
  kind: 'number' | 'promise';
  /** What was said that is not in the facts. */
  what: string;
}

/**
 * Judges what a model says by the facts that it was given: whatever is a number or a promise has to stand in them. Numbers are compared by
 * value and by what they are of: 三十九块九 is 39.9元, but 99件 is no 99元.
 */
export class AnswerGuard {
  readonly #facts: string;
  readonly #numbers: FoundNumber[];

  constructor(facts: readonly string[]) {
    this.#facts = facts.join('\n');
    this.#numbers = facts.flatMap(numbersIn);
  }

  /** The first thing of a text that the facts do not hold; undefined when it may be said. */
  object(text: string): Objection | undefined {
    const number = numbersIn(text).find((said) => !this.#knows(said));
    if (number) return { kind: 'number', what: number.written.trim() };
    for (const words of promises) {
      const said = words.find((word) => text.includes(word));
      if (said !== undefined && !words.some((word) => this.#facts.includes(word)))
        return { kind: 'promise', what: said };
    }
    return undefined;
  }

  #knows({ value, kind }: FoundNumber): boolean {
    return this.#numbers.some((known) => known.value === value && isOf(kind, known.kind));
  }
}

/** A number of nothing may be of anything but a share. */
function isOf(said: FoundNumber['kind'], known: FoundNumber['kind']): boolean {
  if (said === known) return true;
  const isShare = [said, known].some((kind) => kind === 'fold' || kind === 'percent');
  return !isShare && (said === 'plain' || known === 'plain');
}
