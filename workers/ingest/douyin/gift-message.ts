import { streakKey } from '../gift-streak.ts';
import type { ReadContext, Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { countOf, idOf, nameOf, viewerOf } from './wire-values.ts';

const gift = decodeBody('Gift');

/** Douyin gives all viewers who hide the same id, and tells them apart by name only. */
const anonymousId = '111111';

/**
 * A gift as Douyin counts it: every count is cumulative within the streak. One press sends `group_count` items, each further press
 * raises `combo_count`; `repeat_count` is meant to be their product but has been seen without it.
 */
export function readGift(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const wire = gift(payload);
  const viewer = viewerOf(wire.user, anchorId);
  const giftId = idOf(wire.giftId) || (wire.gift ? idOf(wire.gift.id) : '');
  const presses = countOf(wire.groupCount) * countOf(wire.comboCount);
  const sender =
    !viewer || viewer.id === anonymousId || !viewer.id ? `~${viewer?.nickname ?? ''}` : viewer.id;
  return {
    common: wire.common,
    time: wire.sendTime,
    viewer,
    bodies: [
      {
        kind: 'gift',
        giftId,
        name: nameOf(wire.gift?.name ?? '') || '礼物',
        count: 0,
        total: countOf(Math.max(countOf(wire.repeatCount), presses, 1)),
        diamonds: countOf(wire.gift?.diamondCount ?? 0),
        streak: streakKey(sender, giftId, idOf(wire.groupId) || '0'),
        streakEnd: wire.repeatEnd === 1,
      },
    ],
  };
}
