import type { AnswerableKind } from './event.ts';

/** Fields that every text may have. Those of the product are known while one is on show; a text is passed over while a field of it is not. */
export const commonFields = ['time', 'viewers', 'product.title', 'product.price', 'product.index'] as const;

const ofViewers = ['nickname', 'nicknames'] as const;

/** What the texts for each kind of event may have besides. `nickname` names all whom one utterance answers, as `nicknames` does. */
const ownFields: Record<AnswerableKind, readonly string[]> = {
  chat: [...ofViewers, 'text'],
  gift: [...ofViewers, 'gift', 'count', 'diamonds'],
  order: [...ofViewers, 'product', 'count'],
  enter: ofViewers,
  follow: ofViewers,
  share: [...ofViewers, 'target'],
  fansclub: [...ofViewers, 'level'],
  like: [...ofViewers, 'count'],
};

/** The fields of texts that answer one of these kinds. */
export function fieldsOfKinds(kinds: readonly AnswerableKind[]): string[] {
  return [...new Set([...kinds.flatMap((kind) => ownFields[kind]), ...commonFields])];
}

/** Those of a countdown's texts. */
export const countdownFields: readonly string[] = ['name', 'minutes', ...commonFields];
