/** Who did it. `id` and `secUid` are the platform's, as decimal or opaque strings: they exceed 2^53. */
export interface Viewer {
  id: string;
  nickname: string;
  level: number;
  fansLevel: number;
  isAnchor: boolean;
  isAdmin: boolean;
  secUid: string;
}

/** What happened, by kind; `kind` is also the last token of the event's subject. */
export type EventBody =
  | { kind: 'chat'; text: string; luckyBag: boolean }
  /** `count` was added by this message, `total` is the streak so far, `diamonds` the price of one. */
  | {
      kind: 'gift';
      giftId: string;
      name: string;
      count: number;
      total: number;
      diamonds: number;
      streak: string;
      streakEnd: boolean;
    }
  | { kind: 'like'; count: number; total: number }
  | { kind: 'enter'; viewers: number }
  | { kind: 'follow'; followers: number }
  | { kind: 'share'; target: string }
  | { kind: 'fansclub'; action: string; level: number }
  | { kind: 'order'; orderId: string; status: string; productId: string; product: string; count: number }
  | { kind: 'product'; action: string; productId: string; title: string; price: string; index: number }
  | { kind: 'stats'; online: number; total: number; text: string }
  /** `action`: `pause`, `resume`, `end` or `other:<number>`. */
  | { kind: 'control'; action: string; tips: string }
  | { kind: 'system'; code: string; text: string };

export type EventKind = EventBody['kind'];

export const eventKinds = [
  'chat',
  'gift',
  'like',
  'enter',
  'follow',
  'share',
  'fansclub',
  'order',
  'product',
  'stats',
  'control',
  'system',
] as const satisfies readonly EventKind[];

/** Kinds that something can be said to. */
export const answerableKinds = [
  'chat',
  'gift',
  'like',
  'enter',
  'follow',
  'share',
  'fansclub',
  'order',
] as const satisfies readonly EventKind[];
export type AnswerableKind = (typeof answerableKinds)[number];

/** One event of a live room. Times are unix milliseconds; after `expiresAt` nobody should react to it any more. */
export type LiveEvent = {
  id: string;
  room: string;
  platform: string;
  at: number;
  receivedAt: number;
  expiresAt: number;
  viewer: Viewer | null;
  /** Ids of further events of a burst that this one stands for; missing: it stands for itself. */
  coalesced?: string[];
} & EventBody;

/** Kinds that somebody paid for: never dropped, answered first. */
export function isPaid(kind: EventKind): boolean {
  return kind === 'gift' || kind === 'order';
}

export function isAnswerable(kind: EventKind): kind is AnswerableKind {
  return answerableKinds.some((each) => each === kind);
}
