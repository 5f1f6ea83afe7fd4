import type { EventBody, LiveEvent } from '../../protocol/event.ts';

let count = 0;

/** An event for a test; a chat unless a body is given. */
export function liveEvent(options: {
  id?: string;
  nickname?: string;
  viewerId?: string;
  at?: number;
  expiresAt?: number;
  body?: EventBody;
}): LiveEvent {
  const number = ++count;
  const at = options.at ?? 1_700_000_000_000;
  return {
    id: options.id ?? `demo:douyin:${number}`,
    room: 'demo',
    platform: 'douyin',
    at,
    receivedAt: at,
    expiresAt: options.expiresAt ?? at + 60_000,
    viewer: {
      id: options.viewerId ?? String(10_000 + number),
      nickname: options.nickname ?? `观众${number}`,
      level: 1,
      fansLevel: 0,
      isAnchor: false,
      isAdmin: false,
      secUid: '',
    },
    ...(options.body ?? { kind: 'chat', text: '你好', luckyBag: false }),
  };
}

/** A gift that stands for itself. */
export function paidEvent(): LiveEvent {
  const body = { giftId: '1', name: '玫瑰', count: 1, total: 1, diamonds: 1, streak: '', streakEnd: true };
  return liveEvent({ body: { kind: 'gift', ...body } });
}

export const likeEvent = (likes = 1): LiveEvent =>
  liveEvent({ body: { kind: 'like', count: likes, total: likes } });

export const enterEvent = (): LiveEvent => liveEvent({ body: { kind: 'enter', viewers: 1 } });
