import { Snowflake } from '../douyin-room/wire/snowflake.ts';
import type { RoomItem } from '../douyin-room/scenario/item.ts';
import type { Viewer } from '../douyin-room/scenario/viewer.ts';
import { openFeed, type FeedServer, type FeedSettings, type WireMessage } from '../feeds/feed-server.ts';
import { wide } from '../feeds/wide-json.ts';

export type BarrageGrabSettings = FeedSettings & {
  readonly roomId: string;
  readonly webRoomId: string;
  readonly anchor: string;
  /** As before v2.7.3: room ids are numbers, and fields that came later are not there. */
  readonly old: boolean;
};

const DEFAULTS = {
  roomId: '7260415920948906807',
  webRoomId: '516466932480',
  anchor: '小芳的鲜花饼',
  old: false,
};

/** Opens a simulated DouyinBarrageGrab: `{"Type", "ProcessName", "Data"}`, Data being JSON in a string, ids being numbers of 64 bits. */
export async function openBarrageGrab(options: Partial<BarrageGrabSettings> = {}): Promise<FeedServer> {
  const settings = { ...DEFAULTS, ...options };
  const ids = new Snowflake({ node: 8888 });
  const streaks = new Map<string, number>();
  return await openFeed(
    {
      name: 'barrage-grab',
      encode: (item) => {
        const found = dataOf(item, streaks);
        if (!found) return [];
        const id = ids.next(Date.now()).toString();
        return [envelope(found, item, id, settings)];
      },
      garbage: [
        '{"Type":1,"Data":"{\\"MsgId\\":',
        '[]',
        'null',
        '{"Type":5,"ProcessName":"chrome","Data":"[1,2"}',
        Buffer.from([0xff, 0xfe, 0x00]),
      ],
    },
    options,
  );
}

/** One message on the wire, as said first thing to who has heard nothing; nothing when such things are not told. */
export function encodeBarrageGrab(item: RoomItem, id: string): string | undefined {
  const found = dataOf(item, new Map());
  return found && (envelope(found, item, id, DEFAULTS).data as string);
}

type Found = { type: number; content: string; fields: Record<string, unknown>; user: Viewer | null };

function envelope(
  { type, content, fields, user }: Found,
  _item: RoomItem,
  id: string,
  settings: Omit<BarrageGrabSettings, keyof FeedSettings>,
): WireMessage {
  const { roomId, webRoomId, anchor, old } = settings;
  const rooms = old
    ? { RoomId: wide(roomId) }
    : {
        Onwer: { UserId: '58839834563', SecUid: '', Nickname: anchor, HeadUrl: '', FollowStatus: null },
        RoomId: roomId,
        WebRoomId: webRoomId,
        Appid: '1128',
      };
  const data = { ...fields, MsgId: wide(id), User: user && userOf(user, old), Content: content, ...rooms };
  return { id, data: JSON.stringify({ Type: type, ProcessName: 'chrome', Data: JSON.stringify(data) }) };
}

function userOf(viewer: Viewer, old: boolean): object {
  const base = {
    Id: wide(viewer.id),
    ShortId: 0,
    DisplayId: viewer.displayId,
    Nickname: viewer.nickname,
    Level: viewer.level,
    PayLevel: viewer.payLevel === 0 ? -1 : viewer.payLevel,
    Gender: viewer.gender,
    HeadImgUrl: '',
    SecUid: viewer.secUid,
    FansClub: { ClubName: '', Level: viewer.fansLevel },
  };
  return old
    ? base
    : { ...base, IsAdmin: false, IsAnchor: false, FollowerCount: -1, FollowStatus: 0, FollowingCount: -1 };
}

function dataOf(item: RoomItem, streaks: Map<string, number>): Found | undefined {
  switch (item.kind) {
    case 'chat':
    case 'emoji':
      return { type: 1, content: item.text, fields: {}, user: item.user };
    case 'like':
      return {
        type: 2,
        content: `${item.user.nickname} 为主播点了${item.count}个赞`,
        fields: { Count: item.count, Total: 18_775 },
        user: item.user,
      };
    case 'enter':
      return {
        type: 3,
        content: `${item.user.nickname} 来了`,
        fields: { CurrentCount: 50, EnterTipType: item.viaShare ? 6 : 0 },
        user: item.user,
      };
    case 'follow':
      return { type: 4, content: `${item.user.nickname} 关注了主播`, fields: {}, user: item.user };
    case 'gift':
      return giftOf(item, streaks);
    case 'audience':
      return {
        type: 6,
        content: `当前直播间人数 ${item.online ?? 50}，累计直播间人数 2.2万`,
        fields: {
          OnlineUserCount: item.online ?? 50,
          TotalUserCount: 22_003,
          TotalUserCountStr: '2.2万',
          OnlineUserCountStr: String(item.online ?? 50),
        },
        user: null,
      };
    case 'fansclub':
      return {
        type: 7,
        content: '',
        fields: { Type: item.action === 'join' ? 2 : 1, Level: Math.max(1, item.user.fansLevel) },
        user: item.user,
      };
    case 'share':
      return { type: 8, content: '', fields: { ShareType: Number(item.target) }, user: item.user };
    case 'control':
      return [3, 4, 6].includes(item.action)
        ? { type: 9, content: '直播已结束', fields: {}, user: null }
        : undefined;
    default:
      return undefined;
  }
}

/** Leaves out what does not raise the streak, and its end, as the real one does; where there is no group, nothing. */
function giftOf(item: Extract<RoomItem, { kind: 'gift' }>, streaks: Map<string, number>): Found | undefined {
  const key = `${item.user.id}/${item.gift.id}/${item.groupId}`;
  const before = item.groupId === '0' ? 0 : (streaks.get(key) ?? 0);
  if (item.repeatCount <= before || (item.repeatEnd && before > 0)) return undefined;
  streaks.set(key, item.repeatCount);
  return {
    type: 5,
    content: `${item.user.nickname} 送出 ${item.gift.name} x ${item.repeatCount}`,
    fields: {
      GiftId: wide(String(item.gift.id)),
      GiftName: item.gift.name,
      GroupId: wide(item.groupId),
      GiftCount: item.repeatCount - before,
      RepeatCount: item.repeatCount,
      DiamondCount: item.gift.diamonds,
      Combo: item.gift.combo,
      ImgUrl: '',
      ToUser: null,
    },
    user: item.user,
  };
}
