/** Words that mean the same when a shop is asked; the first stands for all. */
const builtIn = [
  ['多少钱', '什么价', '啥价', '价格', '怎么卖', '咋卖', '几块钱', '多钱', '价位', '售价', '多少米'],
  ['发货', '寄出', '出货', '邮寄', '寄'],
  ['快递', '物流', '顺丰', '邮政', '中通', '圆通', '韵达'],
  ['退货', '退款', '退换', '退'],
  ['优惠', '便宜', '打折', '折扣', '活动', '福利'],
  ['优惠券', '券', '满减'],
  ['颜色', '什么色', '几个色'],
  ['尺码', '码数', '大小', '尺寸', '号码'],
  ['材质', '面料', '料子', '成分'],
  ['质量', '品质', '做工'],
  ['小孩', '孩子', '宝宝', '儿童', '小朋友'],
  ['老人', '长辈', '爸妈', '父母'],
];

/** Say nothing about what is asked for. */
const stopWords =
  /请问|主播|老板|老师|小姐姐|小哥哥|你们家|你家|你们|我们|我想问|想问一下|想问|问一下|问下|一下|麻烦|这个|那个|这款|那款|这件|那件|这种|有没有|是不是|可不可以|能不能|可以|怎么样|怎么|如何|咋|什么|一个|家人们|宝宝们|[的吗呢啊呀了吧哦嘛么哈亲您你我它他她们是就都还也很]/gu;

const latin = /[a-z0-9]+(?:\.\d+)?/gu;
const hanRun = /\p{Script=Han}+/gu;

/** Cuts texts into what is searched by: pairs of Chinese characters, whole Latin words and numbers. */
export class SearchTerms {
  readonly #synonyms: [RegExp, string][];

  constructor(own: readonly (readonly string[])[]) {
    this.#synonyms = [...own, ...builtIn].map(([meant = '', ...others]) => [
      new RegExp(
        others
          .toSorted((a, b) => b.length - a.length)
          .map(escape)
          .join('|'),
        'gu',
      ),
      // Marks keep it apart from what is around it, so that no pair is made across.
      `，${meant}，`,
    ]);
  }

  /** In the order of the text, each once. */
  read(text: string): string[] {
    let plain = text.normalize('NFKC').toLowerCase();
    for (const [pattern, meant] of this.#synonyms) plain = plain.replaceAll(pattern, meant);
    plain = plain.replaceAll(stopWords, '，');
    const pairs = [...plain.matchAll(hanRun)].flatMap(([run]) => pairsOf(run));
    return [...new Set([...pairs, ...(plain.match(latin) ?? [])])];
  }
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

const escape = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
