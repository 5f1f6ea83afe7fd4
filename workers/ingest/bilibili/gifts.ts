import type { EventBody } from '../../../protocol/event.ts';
import type { JsonObject } from '../feeds/json-values.ts';
import { countOf, idOf, nameOf, textOf, totalOf } from '../feeds/json-values.ts';
import { streakKey } from '../gift-streak.ts';

const maxRemembered = 2_000;
/** The messages of one purchase come within a second or two. */
const sameAfterSeconds = 30;

type Gift = Extract<EventBody, { kind: 'gift' }>;

/**
 * Bilibili's gifts. `diamonds` is the price of one in gold coins, 1,000 to the yuan; what is bought with silver coins is free, 0.
 * It remembers, a bounded number of, purchases that several messages tell of.
 */
export class BilibiliGifts {
  readonly #guards = new Map<string, { id: string; at: number; told: Set<string> }>();

  /** `num` is what was added; where the total of a combo is not told with it, it is 0, and the room adds to what it knows of it. */
  sendGift(data: JsonObject, sender: string): Gift {
    const giftId = idOf(data['giftId']) || idOf(data['gift_id']);
    const added = Math.max(1, countOf(data['num']));
    const combo = idOf(data['batch_combo_id']);
    const told = countOf(data['super_gift_num']) || countOf(data['super_batch_gift_num']);
    const isTold = !combo || told > 0;
    return {
      kind: 'gift',
      giftId,
      name: nameOf(data['giftName']) || nameOf(data['gift_name']) || '礼物',
      count: isTold ? 0 : added,
      total: isTold ? Math.max(told, added) : 0,
      diamonds: priceOf(data, added),
      streak: combo ? streakKey(sender, giftId, combo) : '',
      streakEnd: false,
    };
  }

  /** What a combo came to: only what was missed of it is counted. Undefined: it does not say of which combo. */
  comboSend(data: JsonObject, sender: string): Gift | undefined {
    const combo = idOf(data['batch_combo_id']);
    if (!combo) return undefined;
    const giftId = idOf(data['gift_id']);
    const total =
      countOf(data['total_num']) || countOf(data['batch_combo_num']) || countOf(data['combo_num']);
    return {
      kind: 'gift',
      giftId,
      name: nameOf(data['gift_name']) || '礼物',
      count: 0,
      total: Math.max(1, total),
      diamonds: total > 0 ? Math.round(countOf(data['combo_total_coin']) / total) : 0,
      streak: streakKey(sender, giftId, combo),
      streakEnd: true,
    };
  }

  /**
   * The id of a guard purchase: GUARD_BUY, USER_TOAST_MSG and its V2 tell of the same one, and have no id in common. Each of them tells it
   * once; a second one of the same sort is another purchase, or the same again.
   */
  guardId(command: string, uid: string, level: number, startSeconds: number): string {
    const key = `${uid}/${level}`;
    const known = this.#guards.get(key);
    const isClose = known && Math.abs(known.at - startSeconds) <= sameAfterSeconds;
    if (known && isClose && (known.at === startSeconds || !known.told.has(command))) {
      known.told.add(command);
      return known.id;
    }
    const id = `guard-${uid}-${level}-${startSeconds}`;
    remember(this.#guards, key, { id, at: startSeconds, told: new Set([command]) });
    return id;
  }
}

const guardNames: Record<number, string> = { 1: '总督', 2: '提督', 3: '舰长' };

/** A guard: 1 总督, 2 提督, 3 舰长, for `num` months. */
export function guardGift(level: number, num: number, price: number, name: unknown): Gift {
  return {
    kind: 'gift',
    giftId: `guard${level}`,
    name: nameOf(name) || guardNames[level] || '大航海',
    count: 0,
    total: Math.max(1, num),
    diamonds: price,
    streak: '',
    streakEnd: false,
  };
}

/** A paid message: what was paid for it, in yuan, and, as a chat of its own, what it says. */
export function superChat(data: JsonObject): EventBody[] {
  const text = textOf(data['message']);
  const gift: Gift = {
    kind: 'gift',
    giftId: 'super-chat',
    name: '醒目留言',
    count: 0,
    total: 1,
    diamonds: Math.min(totalOf(data['price']) * 1_000, 0xffff_ffff),
    streak: '',
    streakEnd: false,
  };
  return text ? [gift, { kind: 'chat', text, luckyBag: false }] : [gift];
}

/** What was paid for one: less than `price` with a discount, and for a mystery box its own price. */
function priceOf(data: JsonObject, num: number): number {
  if (textOf(data['coin_type']) === 'silver') return 0;
  const paid = totalOf(data['total_coin']);
  return paid > 0 ? countOf(Math.round(paid / num)) : countOf(data['price']);
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= maxRemembered) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
