import { isUtf8 } from 'node:buffer';
import type { EventBody } from '../../../protocol/event.ts';
import type { Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { countOf, idOf, nameOf, textOf } from './wire-values.ts';

const productChange = decodeBody('ProductChange');
const liveShopping = decodeBody('LiveShopping');
const liveEcom = decodeBody('LiveEcom');
const liveEcomGeneral = decodeBody('LiveEcomGeneral');

/** The most products and categories of one message that become events. */
const maxProducts = 50;

/** The products that changed; the categories only when they come alone, as the list itself did not change then. */
export function readProductChange(payload: Uint8Array): Reading {
  const { common, updateToast, products, categories } = productChange(payload);
  const title = textOf(updateToast);
  const bodies = products.slice(0, maxProducts).map(({ promotionId, index, explainType }): EventBody => ({
    kind: 'product',
    action: explainType.isZero() ? 'change' : 'explain',
    productId: idOf(promotionId),
    title,
    price: '',
    index: countOf(index),
  }));
  if (bodies.length === 0) {
    for (const { name, index } of categories.slice(0, maxProducts)) {
      const category = nameOf(name);
      if (!category) continue;
      bodies.push({
        kind: 'product',
        action: 'category',
        productId: '',
        title: category,
        price: '',
        index: countOf(index),
      });
    }
  }
  if (bodies.length === 0 && title) {
    bodies.push({ kind: 'product', action: 'change', productId: '', title, price: '', index: 0 });
  }
  return { common, viewer: null, bodies };
}

/** What one message says of a product, or of several that it only names. What the types of message mean is known for few of them. */
export function readLiveShopping(payload: Uint8Array): Reading {
  const { common, msgType, promotionId, productIds, product, soldOut, toast } = liveShopping(payload);
  const first = idOf(promotionId);
  const ids = new Set(productIds.slice(0, maxProducts).map(idOf));
  ids.delete('');
  ids.delete(first);
  const body = {
    kind: 'product',
    action: soldOut ? 'sold-out' : product ? 'update' : `other:${msgType}`,
    productId: first,
    title: textOf(product?.title || toast),
    price: nameOf(product?.price ?? ''),
    index: 0,
  } as const;
  const others = Array.from(ids, (productId): EventBody => ({ ...body, productId, title: '', price: '' }));
  const isEmpty = first === '' && body.title === '' && !soldOut && others.length > 0;
  return { common, viewer: null, bodies: isEmpty ? others : [body, ...others] };
}

/** Whatever else the shop says, when it is said in JSON or plain text. */
export function readLiveEcomGeneral(payload: Uint8Array): Reading {
  const { common, data } = liveEcomGeneral(payload);
  const text = isUtf8(data) ? textOf(Buffer.from(data).toString('utf8')) : '';
  return { common, viewer: null, bodies: text ? [{ kind: 'system', code: 'ecom', text }] : [] };
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
