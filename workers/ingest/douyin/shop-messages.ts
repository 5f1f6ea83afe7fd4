import type { EventBody } from '../../../protocol/event.ts';
import type { Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { countOf, idOf, nameOf, textOf } from './wire-values.ts';

const productChange = decodeBody('ProductChange');
const liveShopping = decodeBody('LiveShopping');
const liveEcom = decodeBody('LiveEcom');

/** The most products of one message that become events. */
const maxProducts = 50;

export function readProductChange(payload: Uint8Array): Reading {
  const { common, updateToast, products } = productChange(payload);
  const title = textOf(updateToast);
  const bodies = products.slice(0, maxProducts).map(({ promotionId, index, explainType }): EventBody => ({
    kind: 'product',
    action: explainType.isZero() ? 'change' : 'explain',
    productId: idOf(promotionId),
    title,
    price: '',
    index: countOf(index),
  }));
  if (bodies.length === 0 && title) {
    bodies.push({ kind: 'product', action: 'change', productId: '', title, price: '', index: 0 });
  }
  return { common, viewer: null, bodies };
}

export function readLiveShopping(payload: Uint8Array): Reading {
  const { common, msgType, promotionId, product, soldOut } = liveShopping(payload);
  const body = {
    kind: 'product',
    action: soldOut ? 'sold-out' : product ? 'update' : `other:${msgType}`,
    productId: idOf(promotionId),
    title: textOf(product?.title ?? ''),
    price: nameOf(product?.price ?? ''),
    index: 0,
  } as const;
  return { common, viewer: null, bodies: [body] };
}

/** “X 正在去购买”, “3人已购买”: Douyin tells viewers that somebody bought, not what or under which order number. */
export function readLiveEcom(payload: Uint8Array): Reading {
  const { common, nickName, purchaseCnt, text } = liveEcom(payload);
  const nickname = nameOf(nickName);
  const count = countOf(purchaseCnt);
  const viewer = nickname
    ? { id: '', nickname, level: 0, fansLevel: 0, isAnchor: false, isAdmin: false, secUid: '' }
    : null;
  // Without a buyer and a number it is a countdown or a banner.
  if (!viewer && count === 0) return { common, viewer, bodies: [] };
  const body = {
    kind: 'order',
    orderId: '',
    status: 'purchased',
    productId: '',
    product: textOf(text),
    count: Math.max(1, count),
  } as const;
  return { common, viewer, bodies: [body] };
}
