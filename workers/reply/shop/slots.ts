/** What a question wants to know of a product. */
export type Slot = 'price' | 'stock' | 'coupon' | 'shipping' | 'afterSales' | 'points' | 'spec';

/** Words by which each is asked for; the first slot that has one counts. */
const words: [Slot, RegExp][] = [
  ['coupon', /优惠|便宜|券|打折|折扣|几折|满减|活动|赠品|福利|能少|满多少|减多少|粉丝价|会员价/u],
  [
    'afterSales',
    /退货|退换|退款|能退|可以退|怎么退|咋退|包退|想退|退不退|换货|售后|质保|保修|[坏破碎裂]了|破损|质量问题|质量有问题|不合适|运费险|不喜欢|不想要|无理由/u,
  ],
  [
    'shipping',
    /发货|快递|包邮|邮费|运费|几天到|多久到|啥时候到|什么时候到|什么时候发|什么时候能发|啥时候发|啥时候能发|多久能发|几天能到|寄|物流|发什么|能到吗|到货吗|到.{2,6}(?:几|多少)天|哪里发|(?:发|寄|走|用)的?(?:是|什么)?(?:顺丰|京东|中通|圆通|韵达|申通|极兔|邮政|ems)|发了[没吗么]|发[吗么不嘛]|(?:新疆|西藏|内蒙古?|偏远|香港|澳门|台湾|国外).{0,4}[发到]/iu,
  ],
  [
    'stock',
    /有货(?!源)|库存|还有吗|还有没有(?![^，。？?！!]*[色码款别其])|还有[没不么嘛][了呀啊]?[？?！!。]*$|还有多少(?:[件个只双条套盒瓶袋包箱支货]|[？?！!。]*$)|有没有货(?!源)|剩多少|剩几|还剩|卖完|没货|没了[吗么没]|没有了[吗么]|断货|缺货|补货|现货|抢完|拍完/u,
  ],
  [
    'price',
    /多少钱|多少米|多少💰|好多钱|几多|什么价|价格|价钱|单价|报价|报个价|怎么卖|咋卖|咋个卖|几块|几元|多钱|啥价|啥子价|价位|贵不贵|到手|售价|直播价|多少一|卖多少|[?？]元|原价|(?:分别|各)是?多少[？?！!。]*$|多少(?:rmb|大洋|人民币|块|元)|(?<![刷充送花付转赏][\d.一二三四五六七八九十百千万]*)[\d一二三四五六七八九十百]\s*[块元]钱?\s*[\d一二三四五六七八九]?(?:一[个件条双瓶盒袋包箱套支斤])?(?:[是对]?[吗么]|是不是[？?]*$|对不对|能卖|卖[吗不])|how\s*much|(?<![a-z])price(?![a-z])|(?<![a-z])dsq(?![a-z])/iu,
  ],
];

const points = /介绍|讲一下|讲讲|讲解|说一下|说说|特点|卖点|好在哪|怎么样|好用吗|好不好|有什么用|功能|优点/u;

/** Words that ask for the whole of a product. */
export const pointWords = new RegExp(points.source, 'gu');

/** Of whoever speaks, and not of a product. */
const personal =
  /(?:主播|(?<!给|帮)你|姐姐|小姐姐|哥哥)(?:今年|现在|到底)?(?:有)?(?:多大|多重|多高|几岁|身高|体重)/u;

export function slotOf(question: string): Slot | undefined {
  return (
    words.find(([, pattern]) => pattern.test(question))?.[0] ?? (points.test(question) ? 'points' : undefined)
  );
}

/** Names of specs that are asked for in other words. */
const specWords: Record<string, RegExp> = {
  材质: /材质|面料|什么料|料子|成分|什么做的|纯棉|真皮/u,
  尺码: /尺码|码数|什么码|多大码|几码|码吗|大码|小码|身高|体重|斤穿|偏大|偏小|大小|(?<![a-z])\d?x+[sl](?![a-z\d])|(?<![a-z\d])[sml](?:码|号)|有[sml][吗没么不嘛]/iu,
  颜色: /颜色|什么色|几个色|有.?色吗|黑色|白色|红色/u,
  规格: /规格|多重|多大|多长|多宽|净含量|多少(?:克|斤|抽|片|张|支|包|盒|瓶|粒|毫升|ml)|几(?:斤|片|张|支|包|盒|瓶|粒)|容量|几个装|一箱|一盒/iu,
  产地: /产地|哪里产|哪儿产|哪里的|国产|进口/u,
  保质期: /保质期|过期|生产日期|能放多久|新鲜/u,
  用法: /怎么用|用法|怎么吃|怎么洗|能机洗|怎么做|使用方法/u,
  适合: /适合|适用|能用吗|孕妇|小孩|宝宝|老人|学生|敏感肌|油皮|干皮|几岁|多大能|年龄/u,
};

/** The spec of a product that a question is about: by its own name, or by words that are used for it. */
export function specOf(question: string, names: readonly string[]): string | undefined {
  return (
    names.find((name) => question.includes(name)) ??
    names.find((name) => specWords[name]?.test(question) ?? false)
  );
}

/** 多少, when nothing else is asked. */
export const isHowMuch = (rest: string): boolean =>
  /^(?:[这那][件款条双瓶套包盒箱袋])?[要卖是都]?多少$/u.test(rest);

/** 哪个便宜, of products that are named. */
export const comparesPrices = (question: string): boolean =>
  /哪[个款件种条](?:更|比较)?(?:便宜|划算|实惠|贵)/u.test(question);

/** Whether it asks for a property that products have, though this one may not tell it. */
export function asksForSpec(question: string): boolean {
  return !personal.test(question) && Object.values(specWords).some((pattern) => pattern.test(question));
}
