import type { EventBody } from '../../../protocol/event.ts';
import type { ObaSource } from '../../../protocol/sources/oba.ts';
import { relayPolicy } from '../connection-policy.ts';
import { parseJson } from '../feeds/json-text.ts';
import type { JsonObject } from '../feeds/json-values.ts';
import { hashOf, idOf, isObject, nameOf, textOf, timeOf, viewerFrom } from '../feeds/json-values.ts';
import { textIn } from '../feeds/message-text.ts';
import { readSafely } from '../feeds/read-safely.ts';
import { SocketSource } from '../feeds/socket-source.ts';
import { decoderOf } from '../feeds/text-decoder.ts';
import type { Observation, RawMessage, SourceDefinition, SourceParts } from '../source.ts';

const platform = 'oba';

/** Comments, entries and orders of a shop as oba-live-tool's comment listener passes them on (`shared/types.d.ts`). */
export const oba: SourceDefinition<ObaSource> = {
  platform,
  policy: relayPolicy,
  open: ({ url }, parts) =>
    new SocketSource(platform, {
      name: 'oba-live-tool',
      address: url,
      parts,
      read: (message) => readOba(message, parts),
    }),
  openDecoder: (parts) => decoderOf((message) => readOba(message, parts)),
  check: async () => [],
  warmUp: async () => undefined,
};

type Parts = Pick<SourceParts, 'room' | 'tally' | 'faults'>;

function readOba(raw: RawMessage, parts: Parts): Observation[] {
  const value = readSafely(parts, platform, () => parseJson(textIn(raw)));
  const messages = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return messages.flatMap((message) => readSafely(parts, platform, () => readOne(message, raw, parts)) ?? []);
}

function readOne(message: unknown, { receivedAt }: RawMessage, { tally }: Parts): Observation[] {
  if (!isObject(message)) throw new TypeError('Message is no object');
  const body = bodyOf(message);
  if (!body) {
    tally.skipped(textOf(message['msg_type']));
    return [];
  }
  const viewer = viewerFrom({ id: idOf(message['user_id']), nickname: nameOf(message['nick_name']) });
  return [{ messageId: idIn(message, body), at: timeOf(message['order_ts'], receivedAt), viewer, body }];
}

/** Order placed, paid, or in a state that the platform did not tell: `orderId#placed`, `orderId#paid`, so that each is an event of its own. */
function idIn(message: JsonObject, body: EventBody): string {
  if (body.kind === 'order' && body.orderId) return `${body.orderId}#${body.status}`;
  const id = body.kind === 'order' ? '' : idOf(message['msg_id']);
  return id || hashOf(JSON.stringify(message));
}

function bodyOf(message: JsonObject): EventBody | undefined {
  switch (message['msg_type']) {
    case 'comment':
    case 'wechat_channel_live_msg':
    case 'xiaohongshu_comment':
    case 'taobao_comment': {
      const text = textOf(message['content']);
      return text ? { kind: 'chat', text, luckyBag: false } : undefined;
    }
    case 'room_enter':
      return { kind: 'enter', viewers: 0 };
    case 'room_like':
      return { kind: 'like', count: 1, total: 0 };
    case 'room_follow':
      return { kind: 'follow', followers: 0 };
    case 'ecom_fansclub_participate':
      return { kind: 'fansclub', action: 'join', level: 0 };
    case 'subscribe_merchant_brand_vip':
      return { kind: 'fansclub', action: 'brand-vip', level: 0 };
    case 'live_order':
      return orderOf(message);
    default:
      return undefined;
  }
}

const orderStates: Record<string, string> = { 已下单: 'placed', 已付款: 'paid' };

function orderOf(message: JsonObject): EventBody {
  // `orderId#status`; the tool makes a new one when an order is paid.
  const [orderId = '', status = ''] = textOf(message['msg_id']).split('#');
  return {
    kind: 'order',
    orderId: idOf(orderId),
    status: orderStates[textOf(message['order_status']) || status] ?? 'unknown',
    productId: idOf(message['product_id']),
    product: textOf(message['product_title']),
    count: 1,
  };
}
