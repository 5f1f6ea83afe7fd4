import type { WordEntry } from './word-entry.ts';

/**
 * Superlatives that article 9 of the advertising law forbids (国家级, 最高级, 最佳 and the like), and what may be said for them. Own list, from
 * the practice of shops.
 */
const superlatives: Record<string, readonly string[]> = {
  很好: ['最好', '最佳', '最优', '最棒', '最赞', '最优秀', '最完美'],
  很实惠: ['最便宜', '最低价', '全网最低', '最实惠', '最划算', '史上最低', '历史最低', '底价', '最低'],
  很受欢迎: ['最受欢迎', '最畅销', '销量第一', '销售冠军', '最热销', '销量冠军', '最火', '全网最火'],
  很不错: ['第一', '全国第一', '全网第一', '行业第一', '世界第一', '第一品牌', 'no1', 'top1', '天下第一'],
  很大: ['最大'],
  很新: ['最新科技', '最先进'],
  很高: ['最高级', '最高端'],
  高品质: ['国家级', '世界级', '宇宙级', '顶级', '顶尖', '极品', '特级', '至尊'],
  领先: ['遥遥领先', '全球领先', '世界领先'],
  真的: ['绝对', '百分百', '百分之百'],
  好用: ['万能', '特效', '神效', '奇效'],
  难得: ['绝无仅有', '史无前例', '前无古人', '独一无二', '空前绝后', '唯一'],
  出色: ['极致', '最强', '最牛', '无敌', '完美无缺', '登峰造极'],
  放心: ['国家免检', '免检', '零风险', '无副作用', '没有副作用', '永久', '根治'],
};

/** Phrases in which a word of these lists is harmless. */
const harmless = [
  ['第一次', '第一时间', '第一步', '第一个', '第一位', '第一天', '第一件', '第一款', '第一单', '第一眼'],
  ['第一名', '第一条', '第一排', '第一页', '第一批', '第一种', '第一遍', '第一波', '第一句', '第一点'],
  ['第一部分', '最大码', '最大号', '最大尺码', '最低消费', '最低温度', '绝对值', '无敌风火轮', '万能钥匙'],
  ['qq糖', 'qq弹', 'q弹', '唯一码', '第一百', '第一千', '第一十', '第一章', '第一行', '最大限度'],
  // A character that is repeated counts once: this is no 他妈的.
  ['他妈妈的', '去你妈妈'],
  ['废物利用', '失去死角', '去死海', '去死皮', '去死结', '加v领'],
  // What something is made of.
  ...['百分百', '百分之百'].map((share) =>
    ['棉', '纯棉', '全棉', '羊毛', '羊绒', '桑蚕丝', '蚕丝', '真丝', '亚麻', '聚酯', '纯', '果汁'].map(
      (material) => `${share}${material}`,
    ),
  ),
  // Paying by it leads nobody away.
  [
    '微信支付',
    '微信付',
    '微信可以付',
    '微信能付',
    '微信能不能付',
    '微信可不可以付',
    '微信可以支付',
    '微信能支付',
    '微信怎么付',
    '微信扫码付',
    '微信零钱',
    '微信分付',
    '微信余额',
  ],
  [
    '支持微信吗',
    '支持微信不',
    '微信还是支付宝',
    '微信和支付宝',
    '微信或者支付宝',
    '支付宝还是微信',
    '支付宝和微信',
  ],
].flat();

/** What leads customers away from the room; the platforms forbid it. Numbers and links are found by their form. */
const contacts = [
  [
    '微信',
    '微信号',
    'v信',
    'wx号',
    'vx',
    'wx',
    'vx号',
    'wechat',
    'weixin',
    '威信号',
    '加v',
    '加薇',
    '加微',
    '加我v',
  ],
  ['卫星号', '加vx', '加wx', '加我微', '扣扣', '企鹅号', 'qq', 'qq号', 'qq群', 'q群', '球球号'],
  [
    '加群',
    '进群',
    '粉丝群号',
    '私聊我',
    '私下交易',
    '私下转账',
    '线下交易',
    '站外交易',
    '支付宝转账',
    '微信转账',
  ],
  [
    '支付宝账号',
    '银行卡号',
    '扫码加',
    '二维码加',
    '手机号码是',
    '打我电话',
    '加我好友',
    '加好友',
    '公众号',
    '小程序搜',
  ],
  [
    'telegram',
    'whatsapp',
    '淘宝搜',
    '拼多多搜',
    '闲鱼搜',
    '京东搜',
    '小红书搜',
    '电报群',
    '某宝搜',
    '某书搜',
  ],
  [
    'wei信',
    '微xin',
    '加line',
    '加我line',
    '加个赖',
    '加我赖',
    '客服的v',
    '加客服v',
    '私我发',
    '私我领',
    '私我拿',
  ],
  [
    '看我主页',
    '我主页有',
    '留下您的电话',
    '留下你的电话',
    '留个电话',
    '留电话',
    '去淘宝买',
    '上淘宝买',
    '去某宝',
    '去拼多多买',
    '去京东买',
  ],
  ['微x', '威x', '加威x', '绿泡泡', '小窗我', '私信我', '扫我头像', '滴滴我', 'dd我', '主页有联系方式'],
  ['tb搜', 'pdd搜', '拼夕夕搜', '某多多搜', '抖音搜', 'dy搜', 'xhs搜', '电报搜', '纸飞机号', 'tg号', '加tg'],
].flat();

/** What nobody says in a shop, not even in repeating what a viewer wrote. */
const insults = [
  [
    '傻逼',
    '傻b',
    '煞笔',
    '傻叉',
    '傻屌',
    '沙雕主播',
    'sb',
    '二逼',
    '装逼',
    '骗子',
    '骗钱的',
    '奸商',
    '操你',
    '草泥马',
  ],
  [
    '艹你',
    '日你妈',
    '去你妈',
    '你妈逼',
    '尼玛的',
    '他妈的',
    '死全家',
    '全家死',
    '去死',
    '滚蛋',
    '贱人',
    '贱货',
  ],
  [
    '婊子',
    '骚货',
    '狗东西',
    '狗日的',
    '王八蛋',
    '混蛋',
    '智障',
    '脑残',
    '弱智',
    '废物',
    '畜生',
    'nmsl',
    '傻狗',
    '沙比',
    '煞逼',
    '傻比',
    'shabi',
    'caonima',
    '草拟吗',
    '曹尼玛',
    '你妈死',
    '妈了个逼',
    '妈逼',
    '狗主播',
    '垃圾主播',
    '骗纸',
    '诈骗犯',
    'fuck',
    'bitch',
    'cnm',
    'tmd',
    '滚出直播间',
    '有病吧',
  ],
].flat();

export function insultEntries(): WordEntry[] {
  return insults.map((word): WordEntry => ({
    word,
    list: 'insults',
    category: 'block',
    replacement: '',
    homophones: false,
  }));
}

export function superlativeEntries(): WordEntry[] {
  return Object.entries(superlatives).flatMap(([replacement, words]) =>
    words.map((word): WordEntry => ({
      word,
      list: 'superlatives',
      category: 'replace',
      replacement,
      homophones: false,
    })),
  );
}

export function contactEntries(): WordEntry[] {
  return contacts.map((word): WordEntry => ({
    word,
    list: 'contacts',
    category: 'block',
    replacement: '',
    homophones: false,
  }));
}

export function allowEntries(phrases: readonly string[]): WordEntry[] {
  return phrases.map((word): WordEntry => ({
    word,
    list: 'allow',
    category: 'allow',
    replacement: '',
    homophones: false,
  }));
}

export function harmlessEntries(): WordEntry[] {
  return allowEntries(harmless);
}
