import { createHash } from 'node:crypto';
import type { RoomItem } from '../douyin-room/scenario/item.ts';
import type { Viewer } from '../douyin-room/scenario/viewer.ts';
import { ProtoWriter } from '../douyin-room/wire/proto-writer.ts';
import { wide } from '../feeds/wide-json.ts';

/** What the platform says of an item, one command or several; nothing when it does not tell of such things. Ids are numbers of 64 bits. */
export function commandsOf(item: RoomItem, id: string): readonly object[] {
  const seconds = Math.floor(Date.now() / 1000);
  switch (item.kind) {
    case 'chat':
    case 'emoji':
      return [danmu(item.user, item.text, id, item.kind === 'emoji')];
    case 'gift':
      return [giftOf(item, id, seconds)];
    case 'enter':
      return [interact(item.user, 1, seconds)];
    case 'follow':
      return [interactV2(item.user, 2, seconds)];
    case 'share':
      return [interact(item.user, 3, seconds)];
    case 'like':
      return [
        {
          cmd: 'LIKE_INFO_V3_CLICK',
          data: {
            show_area: 0,
            msg_type: 6,
            like_icon: '',
            uid: wide(item.user.id),
            like_text: '为主播点赞了',
            uname: item.user.nickname,
          },
        },
        { cmd: 'LIKE_INFO_V3_UPDATE', data: { click_count: 18_775 } },
      ];
    case 'audience':
      return [
        {
          cmd: 'ONLINE_RANK_COUNT',
          data: { count: item.online ?? 50, count_text: '50', online_count: item.online ?? 50 },
        },
        { cmd: 'WATCHED_CHANGE', data: { num: 22_003, text_small: '2.2万', text_large: '2.2万人看过' } },
      ];
    case 'fansclub':
      return guard(item.user, seconds);
    case 'ecom':
      return [superChat(item.nickname, item.text, id, seconds)];
    case 'control':
      return [3, 4, 6].includes(item.action)
        ? [{ cmd: 'PREPARING', roomid: '22625027' }]
        : [
            {
              cmd: 'LIVE',
              live_key: id,
              voice_background: '',
              sub_session_key: '',
              live_platform: 'pc',
              live_model: 0,
              roomid: 22625027,
            },
          ];
    case 'unknown':
      return [{ cmd: 'FROM_THE_FUTURE', data: {} }];
    default:
      return [];
  }
}

export const masked = (viewer: Viewer): Viewer => ({
  ...viewer,
  id: '0',
  nickname: `${viewer.nickname.slice(0, 1)}***`,
});

/** `info` is a list, and its command's name has a suffix. */
export function danmu(user: Viewer, text: string, id: string, isEmoticon = false): object {
  const extra = JSON.stringify({
    send_from_me: false,
    mode: 0,
    dm_type: isEmoticon ? 1 : 0,
    content: text,
    id_str: createHash('md5').update(id).digest('hex'),
  });
  const shown = [
    0,
    1,
    25,
    14_893_055,
    Date.now(),
    1_700_000_000,
    0,
    'a1b2c3d4',
    0,
    0,
    0,
    '',
    isEmoticon ? 1 : 0,
  ];
  const emoticon = isEmoticon
    ? { emoticon_unique: 'official_13', url: 'https://i0.hdslb.com/bfs/live/a.png' }
    : '{}';
  return {
    cmd: 'DANMU_MSG:4:0:2:2:2:0',
    dm_v2: '',
    info: [
      [...shown, emoticon, '{}', { extra, mode: 0, show_player_type: 0 }, { activity_identity: '' }],
      text,
      [wide(user.id), user.nickname, 0, 0, 0, 10_000, 1, ''],
      user.fansLevel > 0 ? [user.fansLevel, '花饼', '小芳', 22625027, 0, '', 0] : [],
      [user.level, 0, 9_868_950, '>50000', 0],
      ['', ''],
      0,
      0,
      null,
      { ts: Math.floor(Date.now() / 1000), ct: 'A1B2C3D4' },
      0,
      0,
      null,
      null,
      0,
      210,
      [0],
      null,
    ],
  };
}

type GiftItem = Extract<RoomItem, { kind: 'gift' }>;

/** `num` is what was added. A combo ends with COMBO_SEND, which adds nothing. */
function giftOf(item: GiftItem, id: string, seconds: number): object {
  const { user, gift, groupId, repeatCount, groupCount, repeatEnd } = item;
  const combo = groupId === '0' ? '' : `batch:gift:combo_id:${user.id}:22625027:${gift.id}:${groupId}`;
  if (repeatEnd && combo) {
    return {
      cmd: 'COMBO_SEND',
      data: {
        uid: wide(user.id),
        uname: user.nickname,
        gift_id: gift.id,
        gift_name: gift.name,
        gift_num: groupCount,
        combo_num: repeatCount,
        batch_combo_num: repeatCount,
        total_num: repeatCount,
        combo_total_coin: repeatCount * gift.diamonds * 100,
        combo_id: combo.replace('batch:', ''),
        batch_combo_id: combo,
        action: '投喂',
      },
    };
  }
  return {
    cmd: 'SEND_GIFT',
    data: {
      uid: wide(user.id),
      uname: user.nickname,
      giftId: gift.id,
      giftName: gift.name,
      giftType: 0,
      num: groupCount,
      price: gift.diamonds * 100,
      coin_type: gift.diamonds === 0 ? 'silver' : 'gold',
      total_coin: groupCount * gift.diamonds * 100,
      super_gift_num: combo ? repeatCount : 0,
      super_batch_gift_num: combo ? repeatCount : 0,
      batch_combo_id: combo,
      combo_send: null,
      tid: wide(id),
      rnd: id,
      timestamp: seconds,
      action: '投喂',
      medal_info: { medal_level: user.fansLevel, medal_name: '花饼', anchor_roomid: 0, target_id: 0 },
    },
  };
}

function interact(user: Viewer, type: number, seconds: number): object {
  return {
    cmd: 'INTERACT_WORD',
    data: {
      uid: wide(user.id),
      uname: user.nickname,
      msg_type: type,
      roomid: 22625027,
      timestamp: seconds,
      fans_medal: { medal_level: user.fansLevel, medal_name: '' },
    },
  };
}

export function interactV2(user: Viewer, type: number, seconds: number): object {
  const pb = new ProtoWriter()
    .varint(1, BigInt(user.id))
    .string(2, user.nickname)
    .varint(5, type)
    .varint(6, 22625027)
    .varint(7, seconds)
    .finish();
  return { cmd: 'INTERACT_WORD_V2', data: { dmscore: 4, pb: Buffer.from(pb).toString('base64') } };
}

/** One purchase is told in three ways. */
function guard(user: Viewer, seconds: number): readonly object[] {
  const common = { guard_level: 3, num: 1, price: 198_000, start_time: seconds, end_time: seconds };
  return [
    {
      cmd: 'GUARD_BUY',
      data: { uid: wide(user.id), username: user.nickname, ...common, gift_id: 10_003, gift_name: '舰长' },
    },
    {
      cmd: 'USER_TOAST_MSG',
      data: {
        uid: wide(user.id),
        username: user.nickname,
        ...common,
        start_time: seconds + 1,
        role_name: '舰长',
        unit: '月',
        op_type: 1,
        payflow_id: `${seconds}0001`,
      },
    },
    {
      cmd: 'USER_TOAST_MSG_V2',
      data: {
        sender_uinfo: { uid: wide(user.id), base: { name: user.nickname, face: '' } },
        guard_info: {
          guard_level: 3,
          role_name: '舰长',
          op_type: 1,
          start_time: seconds + 1,
          end_time: seconds + 1,
        },
        pay_info: { payflow_id: `${seconds}0001`, price: 198_000, num: 1, unit: '月' },
        gift_info: { gift_id: 10_003 },
        option: { source: 0 },
        toast_msg: '',
      },
    },
  ];
}

function superChat(nickname: string, message: string, id: string, seconds: number): object {
  return {
    cmd: 'SUPER_CHAT_MESSAGE',
    data: {
      id: wide(id),
      uid: wide('7260517442466662207'),
      price: 30,
      rate: 1000,
      message,
      message_trans: '',
      start_time: seconds,
      end_time: seconds + 60,
      time: 60,
      gift: { gift_id: 12_000, gift_name: '醒目留言', num: 1 },
      user_info: { uname: nickname, user_level: 12, guard_level: 0, manager: 0 },
      medal_info: { medal_level: 5 },
    },
  };
}
