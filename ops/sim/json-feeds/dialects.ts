import { Snowflake } from '../douyin-room/wire/snowflake.ts';
import type { RoomItem } from '../douyin-room/scenario/item.ts';
import type { Viewer } from '../douyin-room/scenario/viewer.ts';

export const feedNames = ['douyin-live', 'dycast', 'oba', 'generic'] as const;
export type FeedName = (typeof feedNames)[number];

/** What one of the feeds says of an item, as objects; nothing when it does not tell of such things. */
export const encoders: Record<FeedName, (item: RoomItem, id: string) => object | undefined> = {
  'douyin-live': protojsonOf,
  dycast: dycastOf,
  oba: obaOf,
  generic: genericOf,
};

/** Ids of messages, as long as real ones. */
export function idMaker(): () => string {
  const ids = new Snowflake({ node: 1088 });
  return () => ids.next(Date.now()).toString();
}

const methods: Partial<Record<RoomItem['kind'], string>> = {
  chat: 'WebcastChatMessage',
  emoji: 'WebcastEmojiChatMessage',
  gift: 'WebcastGiftMessage',
  like: 'WebcastLikeMessage',
  enter: 'WebcastMemberMessage',
  follow: 'WebcastSocialMessage',
  share: 'WebcastSocialMessage',
  fansclub: 'WebcastFansclubMessage',
  audience: 'WebcastRoomUserSeqMessage',
  control: 'WebcastControlMessage',
  rank: 'WebcastRoomRankMessage',
};

/** Protojson: 64-bit numbers are strings, zeros are left out. */
function protojsonOf(item: RoomItem, id: string): object | undefined {
  const method = methods[item.kind];
  if (!method) return undefined;
  const user = 'user' in item ? { user: protojsonUser(item.user) } : {};
  return {
    common: { method, msgId: id, roomId: '7260415920948906807' },
    ...user,
    ...protojsonFields(item),
    method,
    livename: '小芳的鲜花饼',
    title: '云南鲜花饼 现烤现发',
    avatarThumb: 'https://example.com/avatar.jpeg',
  };
}

function protojsonUser(viewer: Viewer): object {
  return {
    id: viewer.id,
    nickname: viewer.nickname,
    payGrade: { level: String(viewer.payLevel) },
    ...(viewer.fansLevel > 0 ? { fansClub: { data: { level: viewer.fansLevel } } } : {}),
    secUid: viewer.secUid,
    idStr: viewer.id,
  };
}

function protojsonFields(item: RoomItem): object {
  switch (item.kind) {
    case 'chat':
      return { content: item.text, ...(item.chatBy > 0 ? { chatBy: String(item.chatBy) } : {}) };
    case 'emoji':
      return { defaultContent: item.text, emojiId: item.emojiId };
    case 'gift':
      return {
        giftId: String(item.gift.id),
        groupCount: String(item.groupCount),
        repeatCount: String(item.repeatCount),
        comboCount: String(item.comboCount),
        ...(item.repeatEnd ? { repeatEnd: 1 } : {}),
        ...(item.groupId === '0' ? {} : { groupId: item.groupId }),
        gift: {
          id: String(item.gift.id),
          name: item.gift.name,
          diamondCount: item.gift.diamonds,
          combo: item.gift.combo,
        },
      };
    case 'like':
      return { count: String(item.count), total: '18775' };
    case 'enter':
      return { memberCount: '50', action: String(item.action) };
    case 'follow':
      return { action: '1', followCount: '203' };
    case 'share':
      return { action: '3', shareTarget: item.target };
    case 'fansclub':
      return { action: item.action === 'join' ? 2 : 1 };
    case 'audience':
      return { total: String(item.online ?? 50), totalUser: '22003', totalUserStr: '2.2万' };
    case 'control':
      return { action: String(item.action), ...(item.tips ? { tips: item.tips } : {}) };
    default:
      return {};
  }
}

function dycastOf(item: RoomItem, id: string): object | undefined {
  const method = methods[item.kind];
  if (!method || item.kind === 'fansclub') return undefined;
  const user =
    'user' in item
      ? { user: { id: item.user.secUid, name: item.user.nickname, gender: item.user.gender } }
      : {};
  return { id, method, ...user, ...dycastFields(item) };
}

function dycastFields(item: RoomItem): object {
  switch (item.kind) {
    case 'chat':
      return { content: item.text, rtfContent: [{ type: 1, text: item.text }] };
    case 'emoji':
      return { content: 'https://p3-webcast.douyinpic.com/img/emoji.png' };
    case 'gift':
      return {
        gift: {
          id: String(item.gift.id),
          name: item.gift.name,
          price: item.gift.diamonds,
          type: 1,
          desc: '',
          count: String(item.repeatCount),
          repeatEnd: item.repeatEnd ? 1 : 0,
        },
      };
    case 'like':
      return { content: `为主播点赞了(${item.count})`, room: { likeCount: '18775' } };
    case 'enter':
      return { content: '进入直播间', room: { audienceCount: '50' } };
    case 'follow':
    case 'share':
      return { content: '关注了主播', room: { followCount: '203' } };
    case 'audience':
      return { rank: [], room: { audienceCount: String(item.online ?? 50), totalUserCount: '22003' } };
    case 'control':
      return { room: { status: item.action } };
    default:
      return {};
  }
}

function obaOf(item: RoomItem, id: string): object | undefined {
  const time = new Date().toLocaleTimeString('zh-CN');
  const of = (type: string, rest: object = {}) => ({ msg_type: type, msg_id: id, time, ...rest });
  const who = 'user' in item ? { nick_name: item.user.nickname, user_id: item.user.id } : {};
  switch (item.kind) {
    case 'chat':
      return of('comment', { nick_name: item.user.nickname, content: item.text });
    case 'enter':
      return of('room_enter', who);
    case 'like':
      return of('room_like', who);
    case 'follow':
      return of('room_follow', who);
    case 'fansclub':
      return item.action === 'join'
        ? of('ecom_fansclub_participate', { ...who, content: '加入粉丝团' })
        : of('subscribe_merchant_brand_vip', { ...who, content: '成为品牌会员' });
    case 'ecom':
      return of('live_order', {
        nick_name: item.nickname,
        msg_id: `${id}#${item.text === '已付款' ? '已付款' : '已下单'}`,
        order_status: item.text === '已付款' ? '已付款' : '已下单',
        order_ts: Math.floor(Date.now() / 1000),
        product_id: '3601234567890123456',
        product_title: '云南手工鲜花饼 10枚装',
      });
    default:
      return undefined;
  }
}

function genericOf(item: RoomItem, id: string): object | undefined {
  const user = 'user' in item ? { user: { id: item.user.id, name: item.user.nickname } } : {};
  const of = (kind: string, rest: object = {}) => ({ kind, id, at: Date.now(), ...user, ...rest });
  switch (item.kind) {
    case 'chat':
      return of('chat', { text: item.text });
    case 'gift':
      return of('gift', {
        gift: {
          id: String(item.gift.id),
          name: item.gift.name,
          total: item.repeatCount,
          price: item.gift.diamonds,
        },
        ...(item.groupId === '0' ? {} : { streak: item.groupId }),
        ...(item.repeatEnd ? { streakEnd: true } : {}),
      });
    case 'like':
      return of('like', { count: item.count });
    case 'enter':
    case 'follow':
      return of(item.kind);
    case 'share':
      return of('share', { target: item.target });
    case 'fansclub':
      return of('fansclub', { action: item.action, level: item.user.fansLevel });
    case 'audience':
      return of('stats', { online: item.online ?? 50, total: 22_003 });
    case 'ecom':
      return of('order', {
        order: { id, status: 'paid', product: '云南手工鲜花饼' },
        user: { name: item.nickname },
      });
    case 'control':
      return [3, 4, 6].includes(item.action) ? of('control', { action: 'end' }) : undefined;
    default:
      return undefined;
  }
}
