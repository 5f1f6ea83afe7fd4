import t from 'tap';
import { readItem, type RoomItemInput } from '../../../../../ops/sim/douyin-room/scenario/item.ts';
import { addToTally, FRESH_TALLY } from '../../../../../ops/sim/douyin-room/scenario/tally.ts';
import { encodeItem } from '../../../../../ops/sim/douyin-room/wire/room-message.ts';
import { decode, part, type Decoded } from '../webcast-proto.ts';

const NOW = 1_790_000_000_123;
const envelope = { msgId: 7659772534023654196n, roomId: '7659772534023650000', now: NOW };
const user = { nickname: '爱笑的雨桐🌸', id: '9123456789012345678', level: 7, payLevel: 12, fansLevel: 3 };
const seen = { id: '9123456789012345678', nickname: '爱笑的雨桐🌸', level: 7, id_str: '9123456789012345678' };

function encodeThenDecode(input: RoomItemInput): { method: string; message: Decoded } {
  const item = readItem(input);
  const { method, payload } = encodeItem(item, envelope, addToTally(FRESH_TALLY, item));
  return { method, message: decode(method.replace(/^Webcast/, ''), payload) };
}

const table: readonly { readonly item: RoomItemInput; readonly method: string; readonly want: Decoded }[] = [
  {
    item: { kind: 'chat', user, text: '多少钱[捂脸]', chatBy: 9 },
    method: 'WebcastChatMessage',
    want: { user: seen, content: '多少钱[捂脸]', event_time: '1790000000', chat_by: 9 },
  },
  {
    item: { kind: 'emoji', user, text: '[比心]', emojiId: '6901' },
    method: 'WebcastEmojiChatMessage',
    want: { user: seen, emoji_id: '6901', default_content: '[比心]' },
  },
  {
    item: {
      kind: 'gift',
      user,
      gift: '棒棒糖',
      groupId: '1695185331',
      groupCount: 66,
      comboCount: 2,
      repeatCount: 132,
      totalCount: 132,
      repeatEnd: true,
      sendType: 0,
    },
    method: 'WebcastGiftMessage',
    want: {
      user: seen,
      gift_id: '3242',
      group_count: '66',
      combo_count: '2',
      repeat_count: '132',
      total_count: '132',
      repeat_end: 1,
      group_id: '1695185331',
      send_time: `${NOW}`,
      priority: { queue_sizes: ['-1', '-1'], self_queue_priority: '-1' },
      gift: { id: '3242', combo: true, diamond_count: 9, name: '棒棒糖' },
    },
  },
  {
    item: { kind: 'like', user, count: 15 },
    method: 'WebcastLikeMessage',
    want: { user: seen, count: '15', total: '15' },
  },
  {
    item: { kind: 'enter', user, viaShare: true },
    method: 'WebcastMemberMessage',
    want: { user: seen, member_count: '13', action: '1', user_id: seen.id, user_enter_tip_type: '6' },
  },
  {
    item: { kind: 'follow', user },
    method: 'WebcastSocialMessage',
    want: { user: seen, action: '1', follow_count: '1025' },
  },
  {
    item: { kind: 'share', user, target: '112' },
    method: 'WebcastSocialMessage',
    want: { user: seen, action: '3', share_target: '112', share_total_count: '1' },
  },
  { item: { kind: 'fansclub', user }, method: 'WebcastFansclubMessage', want: { user: seen, type: 2 } },
  {
    item: { kind: 'fansclub', user, action: 'upgrade' },
    method: 'WebcastFansclubMessage',
    want: { user: seen, type: 1 },
  },
  {
    item: { kind: 'audience', online: 321 },
    method: 'WebcastRoomUserSeqMessage',
    want: { total: '321', total_user: '230', total_pv_for_anchor: '230' },
  },
  {
    item: { kind: 'stats', online: 321 },
    method: 'WebcastRoomStatsMessage',
    want: { display_long: '321在线观众', display_value: '321' },
  },
  {
    item: { kind: 'product', promotionId: '3601234567890123456', index: 4, explainType: 1 },
    method: 'WebcastProductChangeMessage',
    want: { info: [{ promotion_id: '3601234567890123456', index: 4, explain_type: 1 }] },
  },
  {
    item: { kind: 'shopping', promotionId: '3601234567890123456', price: '19.9', title: '饼', soldOut: true },
    method: 'WebcastLiveShoppingMessage',
    want: {
      msg_type: 2,
      promotion_id: '3601234567890123456',
      updated: { price: '19.9', title: '饼' },
      sold_out: true,
    },
  },
  {
    item: { kind: 'control', action: 4, tips: '违规', violationReason: '录播' },
    method: 'WebcastControlMessage',
    want: { action: '4', tips: '违规', extra: { violation_reason: '录播' } },
  },
  { item: { kind: 'notice', text: '公告' }, method: 'WebcastRoomMessage', want: { content: '公告' } },
  {
    item: { kind: 'ecom', nickname: '小**', purchaseCount: 3, text: '正在购买' },
    method: 'WebcastLiveEcomMessage',
    want: { msg_type: 1, nick_name: '小**', purchase_cnt: '3', text: '正在购买' },
  },
  { item: { kind: 'rank', user }, method: 'WebcastRoomRankMessage', want: {} },
  { item: { kind: 'banner' }, method: 'WebcastInRoomBannerMessage', want: {} },
];

for (const { item, method, want } of table) {
  void t.test(`encodeItem() writes "${item.kind}" at the recorded field numbers`, async (t) => {
    const found = encodeThenDecode(item);
    t.equal(found.method, method);
    t.match(found.message, want);
    t.match(part(found.message, 'common'), {
      method,
      msg_id: '7659772534023654196',
      room_id: '7659772534023650000',
    });
  });
}

void t.test('encodeItem() writes levels and fan club of the viewer', async (t) => {
  const viewer = part(encodeThenDecode({ kind: 'like', user }).message, 'user');
  t.match(viewer, { pay_grade: { level: '12' }, fans_club: { data: { level: 3 } } });
});

void t.test('encodeItem() writes create_time in ms, in s, or not at all', async (t) => {
  const timeOf = (createTime: 'absent' | 'seconds' | 'milliseconds') =>
    part(encodeThenDecode({ kind: 'chat', text: '1', createTime }).message, 'common')['create_time'];
  t.equal(timeOf('absent'), undefined);
  t.equal(timeOf('seconds'), '1790000000');
  t.equal(timeOf('milliseconds'), `${NOW}`);
});

void t.test('encodeItem() writes an entry line with the viewer as a piece of type 11', async (t) => {
  const common = part(encodeThenDecode({ kind: 'enter', user }).message, 'common');
  t.match(common, {
    display_text: { default_pattern: '{0:user} 来了', pieces: [{ type: 11, user_value: { user: seen } }] },
  });
});

void t.test('encodeItem() sends an unknown method with the payload given', async (t) => {
  const item = readItem({ kind: 'unknown', method: 'WebcastNewMessage', payload: 'CAE=' });
  t.match(encodeItem(item, envelope, FRESH_TALLY), {
    method: 'WebcastNewMessage',
    payload: Buffer.from([8, 1]),
  });
});
