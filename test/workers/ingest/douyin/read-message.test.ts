import t from 'tap';
import { readMessage } from '../../../../workers/ingest/douyin/read-message.ts';
import { decodeMessage } from '../../../../workers/ingest/douyin/schema.ts';
import type { Observation } from '../../../../workers/ingest/source.ts';
import type { Fields } from '../../../support/webcast-wire.ts';
import { encodeWire, message } from '../../../support/webcast-wire.ts';

const receivedAt = 1_700_000_000_000;
const msgId = '7260517442466662207';
const user = {
  id: '9007199254740993',
  nickname: '小明',
  level: 3,
  payGrade: { level: 12 },
  fansClub: { data: { level: 5 } },
  secUid: 'MS4wLjAB',
};
const viewer = {
  id: '9007199254740993',
  nickname: '小明',
  level: 12,
  fansLevel: 5,
  isAnchor: false,
  isAdmin: false,
  secUid: 'MS4wLjAB',
};

function read(type: string, fields: Fields, id = msgId): Observation[] | undefined {
  const bytes = encodeWire('Message', { ...message(type, fields, id) });
  return readMessage(decodeMessage(bytes), receivedAt, { anchorId: '100' });
}

const gift = {
  user,
  giftId: '463',
  groupCount: '1',
  comboCount: '3',
  repeatCount: '3',
  groupId: '1638052413',
  priority: { queueSizes: ['-1', '-1'], selfQueue: '-1' },
  gift: { id: '463', name: '小心心', diamondCount: 1, combo: true },
};
const giftBody = {
  kind: 'gift',
  giftId: '463',
  name: '小心心',
  count: 0,
  total: 3,
  diamonds: 1,
  streak: '9007199254740993/463/1638052413',
  streakEnd: false,
};

const tables: {
  name: string;
  type: string;
  fields: Fields;
  body: object;
  viewer?: object | null;
  at?: number;
}[] = [
  {
    name: 'a chat',
    type: 'Chat',
    fields: { user, content: '多少钱[捂脸]' },
    body: { kind: 'chat', text: '多少钱[捂脸]', luckyBag: false },
  },
  {
    name: 'the password of a lucky bag',
    type: 'Chat',
    fields: { user, content: '福', chatBy: 9 },
    body: { kind: 'chat', text: '福', luckyBag: true },
  },
  {
    name: 'an emoji chat',
    type: 'EmojiChat',
    fields: { user, emojiId: 7, defaultContent: '[比心]' },
    body: { kind: 'chat', text: '[比心]', luckyBag: false },
  },
  { name: 'a gift of a streak', type: 'Gift', fields: gift, body: giftBody },
  {
    name: 'the end of a streak',
    type: 'Gift',
    fields: { ...gift, repeatEnd: 1 },
    body: { ...giftBody, streakEnd: true },
  },
  {
    name: 'a preset whose repeat count says one',
    type: 'Gift',
    fields: { ...gift, groupCount: '188', comboCount: '2', repeatCount: '1' },
    body: { ...giftBody, total: 376 },
  },
  {
    name: 'a gift without counts, streak or name',
    type: 'Gift',
    fields: { user, giftId: '5' },
    body: { ...giftBody, giftId: '5', name: '礼物', total: 1, diamonds: 0, streak: '9007199254740993/5/0' },
  },
  {
    name: 'a gift of somebody who hides',
    type: 'Gift',
    fields: { ...gift, user: { id: '111111', nickname: '小***' } },
    body: { ...giftBody, streak: '~小***/463/1638052413' },
    viewer: { ...viewer, id: '111111', nickname: '小***', level: 0, fansLevel: 0, secUid: '' },
  },
  {
    name: 'likes',
    type: 'Like',
    fields: { user, count: '15', total: '18775' },
    body: { kind: 'like', count: 15, total: 18_775 },
  },
  {
    name: 'an entry',
    type: 'Member',
    fields: { user, memberCount: '88', action: 1 },
    body: { kind: 'enter', viewers: 88 },
  },
  {
    name: 'a follow',
    type: 'Social',
    fields: { user, action: 1, followCount: 321 },
    body: { kind: 'follow', followers: 321 },
  },
  {
    name: 'a share',
    type: 'Social',
    fields: { user, action: 3, shareTarget: '112' },
    body: { kind: 'share', target: '112' },
  },
  {
    name: 'a new member of the fan club',
    type: 'Fansclub',
    fields: { user, type: 2 },
    body: { kind: 'fansclub', action: 'join', level: 5 },
  },
  {
    name: 'a member of the fan club who rose',
    type: 'Fansclub',
    fields: { user, type: 1 },
    body: { kind: 'fansclub', action: 'upgrade', level: 5 },
  },
  {
    name: 'figures',
    type: 'RoomUserSeq',
    fields: { total: 50, totalUser: 22_003, totalUserStr: '2.2万' },
    body: { kind: 'stats', online: 50, total: 22_003, text: '2.2万' },
    viewer: null,
  },
  {
    name: 'a pause',
    type: 'Control',
    fields: { action: 1 },
    body: { kind: 'control', action: 'pause', tips: '' },
    viewer: null,
  },
  {
    name: 'a resumption',
    type: 'Control',
    fields: { action: 2 },
    body: { kind: 'control', action: 'resume', tips: '' },
    viewer: null,
  },
  {
    name: 'the end',
    type: 'Control',
    fields: { action: 3 },
    body: { kind: 'control', action: 'end', tips: '' },
    viewer: null,
  },
  {
    name: 'an end by moderation',
    type: 'Control',
    fields: { action: 4, extra: { violationReason: '违规' } },
    body: { kind: 'control', action: 'end', tips: '违规' },
    viewer: null,
  },
  {
    name: 'another control',
    type: 'Control',
    fields: { action: 5, tips: '换节点' },
    body: { kind: 'control', action: 'other:5', tips: '换节点' },
    viewer: null,
  },
  {
    name: 'a product that is explained',
    type: 'ProductChange',
    fields: {
      updateToast: '讲解中',
      updateProductInfo: [{ promotionId: '3500000000000000001', index: 2, explainType: 1 }],
    },
    body: {
      kind: 'product',
      action: 'explain',
      productId: '3500000000000000001',
      title: '讲解中',
      price: '',
      index: 2,
    },
    viewer: null,
  },
  {
    name: 'a product that changed',
    type: 'LiveShopping',
    fields: {
      msgType: 2,
      promotionId: '3500000000000000001',
      targetUid: '4',
      updatedProductInfo: { price: '9.9', title: '苹果' },
    },
    body: {
      kind: 'product',
      action: 'update',
      productId: '3500000000000000001',
      title: '苹果',
      price: '9.9',
      index: 0,
    },
    viewer: null,
  },
  {
    name: 'a product that is sold out',
    type: 'LiveShopping',
    fields: { msgType: 3, promotionId: '35', soldOut: true },
    body: { kind: 'product', action: 'sold-out', productId: '35', title: '', price: '', index: 0 },
    viewer: null,
  },
  {
    name: 'a chat over the whole screen',
    type: 'ScreenChat',
    fields: { user, screenChatType: 2, content: '上电视', eventTime: '1695185334' },
    at: 1_695_185_334_000,
    body: { kind: 'chat', text: '上电视', luckyBag: false },
  },
  {
    name: 'the same of somebody with the privilege',
    type: 'PrivilegeScreenChat',
    fields: { user, content: '上电视' },
    body: { kind: 'chat', text: '上电视', luckyBag: false },
  },
  {
    name: 'what the platform has an AI write, which nobody need answer',
    type: 'Chat',
    fields: { user, content: '大家都在问价格', publicAreaCommon: { isFeatured: true, isAiMsg: true } },
    body: { kind: 'system', code: 'ai-chat', text: '大家都在问价格' },
  },
  {
    name: 'a share that comes as an entry',
    type: 'Member',
    fields: { user, action: 8 },
    body: { kind: 'share', target: '' },
  },
  {
    name: 'a follow that comes as an entry',
    type: 'Member',
    fields: { user, action: 20 },
    body: { kind: 'follow', followers: 0 },
  },
  {
    name: 'the figures that are sent off the air too',
    type: 'RoomStats',
    fields: { displayShort: '50', displayLong: '50在线观众', displayValue: '50', total: '9007199254740991' },
    body: { kind: 'stats', online: 50, total: 9_007_199_254_740_991, text: '50在线观众' },
    viewer: null,
  },
  {
    name: 'a line of the platform',
    type: 'Room',
    fields: { content: '平台严禁未成年人打赏', type: 1, systemTopMsg: true },
    body: { kind: 'system', code: 'room', text: '平台严禁未成年人打赏' },
    viewer: null,
  },
  {
    name: 'who gave most',
    type: 'RoomRank',
    fields: {
      ranks: [
        { user, scoreStr: '1.2万' },
        { user: { nickname: '藏' }, scoreStr: '8000', profileHidden: true },
        { user: { nickname: '小红' }, scoreStr: '' },
        { user: { nickname: '第四' }, scoreStr: '1' },
      ],
    },
    body: { kind: 'system', code: 'rank', text: '小明 1.2万、小红' },
    viewer: null,
  },
  {
    name: 'a category of the shop',
    type: 'ProductChange',
    fields: { total: 8, categories: [{ id: 5, name: '水果', promotionIds: ['36'], uniqueIndex: 3 }] },
    body: { kind: 'product', action: 'category', productId: '', title: '水果', price: '', index: 3 },
    viewer: null,
  },
  {
    name: 'a toast of the shop',
    type: 'LiveShopping',
    fields: { msgType: 7, promotionId: '35', updateToast: '新品上架' },
    body: { kind: 'product', action: 'other:7', productId: '35', title: '新品上架', price: '', index: 0 },
    viewer: null,
  },
  {
    name: 'whatever else the shop says in JSON',
    type: 'LiveEcomGeneral',
    fields: { data: Buffer.from('{"a":1}') },
    body: { kind: 'system', code: 'ecom', text: '{"a":1}' },
    viewer: null,
  },
  {
    name: 'an order',
    type: 'LiveEcom',
    fields: { msgType: 1, nickName: '小***', purchaseCnt: 2, text: '已购买' },
    body: { kind: 'order', orderId: '', status: 'purchased', productId: '', product: '已购买', count: 2 },
    viewer: { ...viewer, id: '', nickname: '小***', level: 0, fansLevel: 0, secUid: '' },
  },
];

for (const { name, type, fields, body, viewer: expected = viewer, at = receivedAt } of tables) {
  void t.test(`readMessage() reads ${name}`, (t) => {
    t.same(read(type, fields), [{ messageId: msgId, at, viewer: expected, body }]);
    t.end();
  });
}

void t.test('readMessage() passes over what means nothing to us', (t) => {
  t.same(read('Member', { user, action: 2 }), [], 'a viewer who leaves');
  t.same(read('Social', { user, action: 9 }), []);
  t.same(read('Chat', { user, content: '' }), []);
  t.same(read('LiveEcom', { msgType: 4, text: '倒计时' }), [], 'a countdown is no order');
  t.equal(read('RanklistHourEntrance', {}), undefined, 'a method that nobody reads');
  t.end();
});

void t.test(
  'readMessage() takes the time in seconds or milliseconds, and the time of arrival otherwise',
  (t) => {
    const at = (createTime: string, eventTime = '0') =>
      read('Chat', { common: { createTime }, content: 'x', eventTime })?.[0]?.at;
    t.equal(at('1695185334'), 1_695_185_334_000);
    t.equal(at('1638052413159'), 1_638_052_413_159);
    t.equal(at('0'), receivedAt);
    t.equal(at('0', '1695185334'), 1_695_185_334_000, 'of the chat itself');
    t.equal(at('99999999999999999'), receivedAt);
    t.equal(at('12'), receivedAt);
    t.end();
  },
);

void t.test('readMessage() makes up a stable id for a message without one', (t) => {
  t.equal(read('Chat', { common: { msgId: '42' }, content: 'x' }, '0')?.[0]?.messageId, '42');
  const id = read('Chat', { content: 'x' }, '0')?.[0]?.messageId ?? '';
  t.match(id, /^h[0-9a-f]{20}$/);
  t.equal(read('Chat', { content: 'x' }, '0')?.[0]?.messageId, id);
  t.not(read('Chat', { content: 'y' }, '0')?.[0]?.messageId, id);
  t.end();
});

void t.test('readMessage() gives the products of one message ids of their own', (t) => {
  const products = [1, 2, 3].map((index) => ({ promotionId: String(index), index }));
  const ids = read('ProductChange', { updateProductInfo: products })?.map(({ messageId }) => messageId);
  t.same(ids, [msgId, `${msgId}-1`, `${msgId}-2`]);
  t.end();
});

void t.test('readMessage() knows the host by the page, and takes the string id before the number', (t) => {
  t.match(read('Chat', { user: { id: '100', nickname: '主播' }, content: 'x' })?.[0]?.viewer, {
    isAnchor: true,
  });
  t.match(read('Chat', { user: { id: '1', idStr: '18446744073709551615' }, content: 'x' })?.[0]?.viewer, {
    id: '18446744073709551615',
    isAnchor: false,
  });
  t.equal(read('Chat', { content: 'x' })?.[0]?.viewer, null);
  t.end();
});

void t.test('readMessage() keeps texts short, in one line, and well formed', (t) => {
  const [long] =
    read('Chat', { user: { id: '1', nickname: 'n'.repeat(5_000) }, content: 'x'.repeat(1_000_000) }) ?? [];
  t.ok(long?.body.kind === 'chat' && long.body.text.length === 2_000);
  t.equal(long?.viewer?.nickname.length, 64);
  t.match(read('Chat', { content: 'a\r\n\u0000b' })?.[0]?.body, { text: 'a b' });
  const [cut] = read('Chat', { content: `${'x'.repeat(1_999)}😀` }) ?? [];
  t.ok(cut?.body.kind === 'chat' && cut.body.text.isWellFormed());
  t.end();
});

void t.test('readMessage() reads a text that is cut inside a character', (t) => {
  const bytes = encodeWire('Chat', { content: '你好' });
  const payload = Buffer.concat([Buffer.from([0x1a, 5]), bytes.subarray(2, 7)]);
  const found = readMessage(
    decodeMessage(encodeWire('Message', { method: 'WebcastChatMessage', payload, msgId })),
    receivedAt,
    { anchorId: '' },
  );
  t.match(found?.[0]?.body, { kind: 'chat', text: /^你/ });
  t.end();
});

void t.test('readMessage() tells of each product that a message only names, ids past 2^53 unchanged', (t) => {
  const ids = ['9007199254740993', '3500000000000000001'];
  t.same(
    read('LiveShopping', { msgType: 9, updatedProductIds: ids })?.map(({ body }) =>
      body.kind === 'product' ? [body.action, body.productId] : [],
    ),
    ids.map((id) => ['other:9', id]),
  );
  const [first, second] =
    read('LiveShopping', { msgType: 9, promotionId: '7', updatedProductIds: ids }) ?? [];
  t.match([first?.body, second?.body], [{ productId: '7' }, { productId: ids[0] }]);
  t.end();
});

void t.test('readMessage() reads -1 as it is on the wire, in ten bytes', (t) => {
  const total = (value: string) => read('RoomUserSeq', { total: value, totalUser: value })?.[0]?.body;
  t.match(total('-1'), { kind: 'stats', online: 0, total: 0 });
  t.match(read('ProductChange', { updateProductInfo: [{ promotionId: '1', index: -1 }] })?.[0]?.body, {
    index: 0,
  });
  t.end();
});

void t.test('readMessage() makes no event of what all gifts have come to, and tells who asks', (t) => {
  const bytes = encodeWire('Message', {
    ...message('UpdateFanTicket', { text: '1.2万', count: '12000' }, msgId),
  });
  const heard: [string, number | undefined][] = [];
  const context = {
    anchorId: '',
    notice: (method: string, { fanTickets }: { fanTickets?: number }) =>
      void heard.push([method, fanTickets]),
  };
  t.same(readMessage(decodeMessage(bytes), receivedAt, context), []);
  t.same(heard, [['WebcastUpdateFanTicketMessage', 12_000]]);
  t.end();
});

void t.test('readMessage() knows methods without what usually stands in front and behind', (t) => {
  const payload = encodeWire('Chat', { content: 'x' });
  for (const method of ['ChatMessage', 'Chat']) {
    const wire = decodeMessage(encodeWire('Message', { method, payload, msgId }));
    t.match(readMessage(wire, receivedAt, { anchorId: '' }), [{ body: { text: 'x' } }], method);
  }
  t.end();
});

void t.test('readMessage() knows methods with and without what stands in front and behind', (t) => {
  const payload = encodeWire('PrivilegeScreenChat', { user, content: '特权' });
  const { msgId } = decodeMessage(encodeWire('Message', { msgId: '7' }));
  for (const method of [
    'WebcastPrivilegeScreenChatMessage',
    'WebcastPrivilegeScreenChat',
    'PrivilegeScreenChatMessage',
    'PrivilegeScreenChat',
  ]) {
    const found = readMessage({ method, payload, msgId }, receivedAt, { anchorId: '' });
    t.match(found, [{ messageId: '7', body: { kind: 'chat', text: '特权' } }], method);
  }
  t.end();
});
