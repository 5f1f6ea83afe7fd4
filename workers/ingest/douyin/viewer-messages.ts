import type { EventBody } from '../../../protocol/event.ts';
import type { ReadContext, Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { countOf, textOf, totalOf, viewerOf } from './wire-values.ts';

const chat = decodeBody('Chat');
const screenChat = decodeBody('ScreenChat');
const privilegeScreenChat = decodeBody('PrivilegeScreenChat');
const emojiChat = decodeBody('EmojiChat');
const like = decodeBody('Like');
const member = decodeBody('Member');
const social = decodeBody('Social');
const fansclub = decodeBody('Fansclub');

/** `chat_by` of a text that the app wrote for a viewer who joins a lucky bag. */
const luckyBag = 9;

/** A text that the platform's own AI wrote is no chat of a viewer: nobody waits for an answer. */
export function readChat(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, content, publicArea, eventTime, chatBy } = chat(payload);
  const text = textOf(content);
  const body: EventBody = publicArea?.isAiMsg
    ? { kind: 'system', code: 'ai-chat', text }
    : { kind: 'chat', text, luckyBag: chatBy.toNumber() === luckyBag };
  return { common, time: eventTime, viewer: viewerOf(user, anchorId), bodies: text ? [body] : [] };
}

/** A chat that runs over the whole screen. */
export function readScreenChat(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, content, eventTime } = screenChat(payload);
  return { common, time: eventTime, viewer: viewerOf(user, anchorId), bodies: chatBodies(content) };
}

export function readPrivilegeScreenChat(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, content } = privilegeScreenChat(payload);
  return { common, viewer: viewerOf(user, anchorId), bodies: chatBodies(content) };
}

export function readEmojiChat(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, defaultContent } = emojiChat(payload);
  return { common, viewer: viewerOf(user, anchorId), bodies: chatBodies(defaultContent) };
}

function chatBodies(content: string): EventBody[] {
  const text = textOf(content);
  return text ? [{ kind: 'chat', text, luckyBag: false }] : [];
}

export function readLike(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, count, total } = like(payload);
  const body = { kind: 'like', count: Math.max(1, countOf(count)), total: totalOf(total) } as const;
  return { common, viewer: viewerOf(user, anchorId), bodies: [body] };
}

export function readMember(payload: Uint8Array, { anchorId }: ReadContext): Reading {
  const { common, user, memberCount, isSetToAdmin, action } = member(payload);
  const body = memberBody(action.toNumber(), totalOf(memberCount));
  return { common, viewer: viewerOf(user, anchorId, isSetToAdmin), bodies: body ? [body] : [] };
}

/** Only action 1 is an entry; those not named here are a viewer who leaves, is silenced, made admin, and so on. */
function memberBody(action: number, viewers: number): EventBody | undefined {
  switch (action) {
    case 1:
      return { kind: 'enter', viewers };
    case 8:
      return { kind: 'share', target: '' };
    case 20:
      return { kind: 'follow', followers: 0 };
    default:
      return undefined;
  }
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
