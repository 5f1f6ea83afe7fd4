/** Texts for a shop's room that has not written its own yet. The host speaks Chinese. */
export const defaultTemplates = {
  chat: ['{nickname}，你的留言我看到了，谢谢支持。', '收到{nickname}的留言啦，有问题随时打在公屏上。'],
  gift: ['感谢{nickname}送的{count}个{gift}！', '谢谢{nickname}的{count}个{gift}，太客气啦！'],
  gifts: ['感谢{nicknames}送的礼物！', '谢谢{nicknames}的小礼物，{太客气啦|爱你们}！'],
  order: ['感谢{nickname}下单{product}，谢谢您的信任。'],
  enter: ['欢迎{nicknames}来到直播间。', '{nicknames}，欢迎欢迎。'],
  follow: ['感谢{nicknames}的关注。'],
  share: ['感谢{nicknames}分享直播间。'],
  fansclub: ['欢迎{nicknames}加入粉丝团。'],
  like: ['感谢大家的点赞，小心心不要停。', '谢谢大家点的赞。'],
};

/** None of them promises anything: that is the shop's to do. */
export const defaultRules = [
  {
    id: 'hello',
    keywords: ['你好', '主播好', '晚上好', '早上好', '大家好'],
    say: ['{nickname}你好呀，欢迎来到直播间。', '{nickname}好，今天想看点什么？'],
  },
];

export const defaultIdleScripts = [
  {
    id: 'welcome',
    lines: [
      '大家好，欢迎来到直播间。',
      '刚进来的朋友可以点一下关注，慢慢看不着急。',
      '有什么想问的，直接打在公屏上。',
    ],
  },
  {
    id: 'product',
    lines: [
      '今天的宝贝都在下方的小黄车里。',
      '喜欢哪一款可以先点进去看看详情。',
      '尺码和颜色不清楚的，打在公屏上我来告诉你。',
    ],
  },
];

/** Of the announcements in between. */
export const defaultAnnouncements = {
  timeCalls: [
    '现在是{time}，{刚进来的朋友点个关注|有问题打在公屏上}。',
    '{time}了，{谢谢大家还在|我一直都在}。',
  ],
  introductions: ['接下来{给大家介绍|我们看}{product.title}{，直播价{product.price}|}。'],
  countdown: ['距离{name}还有{minutes}分钟，{大家不要走开|先点个关注}。'],
};

/** Said when nothing else is there: they have to fit everywhere. */
export const defaultFillers = {
  idle: [
    '有什么想了解的，可以直接打在公屏上。',
    '喜欢的朋友可以点一点关注。',
    '大家不要着急，慢慢看，慢慢挑。',
    '小黄车里的宝贝都可以点开看看。',
    '刚进来的朋友，欢迎欢迎。',
    '谢谢大家一直在这里陪着我。',
    '觉得不错的话，帮忙点点赞。',
    '有问题随时问我，我一直都在。',
  ],
  promised: ['嗯，我看一下。', '好的，稍等一下。', '来，我给大家说一下。'],
};

/** What the shop of the demonstration promises besides. */
export const demoRules = [
  {
    id: 'price',
    keywords: ['多少钱', '什么价', '价格', '怎么卖', '几块'],
    say: ['{nickname}，价格都在小黄车里，点开就能看到今天的直播价。'],
  },
  {
    id: 'shipping',
    keywords: ['发货', '几天到', '快递', '包邮'],
    say: ['{nickname}，现在下单四十八小时内发货，全国大部分地区都包邮。'],
  },
  {
    id: 'coupon',
    keywords: ['优惠', '便宜', '券', '打折'],
    say: ['{nickname}，点关注可以领优惠券，下单的时候会自动减掉。'],
  },
  {
    id: 'return',
    keywords: ['退货', '退换', '质量', '售后'],
    say: ['{nickname}，收到货七天之内不满意都可以退换，您放心拍。'],
  },
  ...defaultRules,
];

export const demoIdleScripts = [
  ...defaultIdleScripts,
  {
    id: 'service',
    lines: ['我们家的宝贝都支持七天无理由退换。', '收到货有任何问题，联系客服就可以。'],
  },
  {
    id: 'benefit',
    lines: ['点关注的朋友记得领一下优惠券。', '数量有限，领完就没有了。'],
  },
];
