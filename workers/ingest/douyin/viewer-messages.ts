import type { ReadContext, Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { countOf, textOf, totalOf, viewerOf } from './wire-values.ts';

const chat = decodeBody('Chat');
const emojiChat = decodeBody('EmojiChat');
const like = decodeBody('Like');
const member = decodeBody('Member');
const social = decodeBody('Social');
const fansclub = decodeBody('Fansclub');

/** `chat_by` of a text that the app wrote for a viewer who joins a lucky bag. */
const luckyBag = 9;
const memberEnters = 1;

export function readChat(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, content, eventTime, chatBy } = chat(payload);
  const text = textOf(content);
  return {
    common,
    time: eventTime,
    viewer: viewerOf(user, anchorId),
    bodies: text ? [{ kind: 'chat', text, luckyBag: chatBy.toNumber() === luckyBag }] : [],
  };
}

export function readEmojiChat(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, defaultContent } = emojiChat(payload);
  const text = textOf(defaultContent);
  return {
    common,
    viewer: viewerOf(user, anchorId),
    bodies: text ? [{ kind: 'chat', text, luckyBag: false }] : [],
  };
}

export function readLike(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, count, total } = like(payload);
  const body = { kind: 'like', count: Math.max(1, countOf(count)), total: totalOf(total) } as const;
  return { common, viewer: viewerOf(user, anchorId), bodies: [body] };
}

/** Only action 1 is an entry; the others are a viewer who leaves, is silenced, made admin, and so on. */
export function readMember(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, memberCount, isSetToAdmin, action } = member(payload);
  return {
    common,
    viewer: viewerOf(user, anchorId, isSetToAdmin),
    bodies: action.toNumber() === memberEnters ? [{ kind: 'enter', viewers: totalOf(memberCount) }] : [],
  };
}

export function readSocial(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, action, shareTarget, followCount } = social(payload);
  const viewer = viewerOf(user, anchorId);
  switch (action.toNumber()) {
    case 1:
      return { common, viewer, bodies: [{ kind: 'follow', followers: totalOf(followCount) }] };
    case 3:
      return { common, viewer, bodies: [{ kind: 'share', target: textOf(shareTarget) }] };
    default:
      return { common, viewer, bodies: [] };
  }
}

export function readFansclub(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, action } = fansclub(payload);
  const viewer = viewerOf(user, anchorId);
  const name = action === 1 ? 'upgrade' : action === 2 ? 'join' : '';
  const level = viewer?.fansLevel ?? 0;
  return { common, viewer, bodies: name ? [{ kind: 'fansclub', action: name, level }] : [] };
}
