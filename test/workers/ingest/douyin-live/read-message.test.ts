import t from 'tap';
import { readDouyinLive } from '../../../../workers/ingest/douyin-live/read-message.ts';
import type { Observation } from '../../../../workers/ingest/source.ts';

const receivedAt = 1_790_000_000_000;
const wideId = '9007199254740993';
const common = { msgId: '18446744073709500003', roomId: '7260415920948906807' };
const user = { id: wideId, nickname: '小明', idStr: wideId };

function read(method: string, fields: object): Observation[] | undefined {
  const message = readDouyinLive(JSON.stringify({ ...fields, method, livename: '小芳' }), receivedAt);
  return message.kind === 'message' ? message.observations : undefined;
}

const tables: { method: string; fields: object; bodies: object[] }[] = [
  {
    method: 'WebcastChatMessage',
    fields: { common, user, content: '我是智能助手', publicAreaCommon: { isAiMsg: true } },
    bodies: [{ kind: 'system', code: 'ai-chat', text: '我是智能助手' }],
  },
  {
    method: 'WebcastScreenChatMessage',
    fields: { common, user, content: '全屏' },
    bodies: [{ kind: 'chat', text: '全屏' }],
  },
  {
    method: 'WebcastPrivilegeScreenChatMessage',
    fields: { common, user, content: '特权' },
    bodies: [{ kind: 'chat', text: '特权' }],
  },
  {
    method: 'WebcastFansclubMessage',
    fields: { commonInfo: common, user, type: 2 },
    bodies: [{ kind: 'fansclub', action: 'join' }],
  },
  {
    method: 'WebcastRoomStatsMessage',
    fields: { common, displayLong: '50在线观众', displayValue: '50' },
    bodies: [{ kind: 'stats', online: 50, text: '50在线观众' }],
  },
  {
    method: 'WebcastRoomMessage',
    fields: { common, content: '公告' },
    bodies: [{ kind: 'system', text: '公告' }],
  },
  {
    method: 'WebcastControlMessage',
    fields: { common, status: '3' },
    bodies: [{ kind: 'control', action: 'end' }],
  },
  {
    method: 'WebcastLiveShoppingMessage',
    fields: { common, promotionId: wideId, updatedProductInfo: { price: '9.9', title: '鲜花饼' } },
    bodies: [{ kind: 'product', action: 'update', productId: wideId, title: '鲜花饼', price: '9.9' }],
  },
  {
    method: 'WebcastLiveShoppingMessage',
    fields: { common, updatedProductIds: [wideId, '9007199254740995'] },
    bodies: [{ productId: wideId }, { productId: '9007199254740995' }],
  },
  {
    method: 'WebcastProductChangeMessage',
    fields: { common, updateProductInfo: [{ promotionId: wideId, index: 2, explainType: '1' }] },
    bodies: [{ kind: 'product', action: 'explain', productId: wideId, index: 2 }],
  },
  {
    method: 'WebcastLiveEcomMessage',
    fields: { common, nickName: '买家', purchaseCnt: '3' },
    bodies: [{ kind: 'order', count: 3 }],
  },
];

for (const { method, fields, bodies } of tables) {
  void t.test(`readDouyinLive() reads a ${method} with ${Object.keys(fields).join(', ')}`, (t) => {
    const found = read(method, fields);
    t.match(
      found?.map(({ body }) => body),
      bodies,
    );
    t.equal(found?.[0]?.messageId, common.msgId, 'under its own id');
    t.end();
  });
}
