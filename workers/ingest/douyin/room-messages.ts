import type { Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { nameOf, textOf, totalOf } from './wire-values.ts';

/** Those at the top of a list; a host names no more. */
const maxRanks = 3;

const roomStats = decodeBody('RoomStats');
const roomNote = decodeBody('RoomNote');
const roomRank = decodeBody('RoomRank');
const fanTicket = decodeBody('FanTicket');
const roomUserSeq = decodeBody('RoomUserSeq');
const control = decodeBody('Control');

/** How many watch. `total_user` counts everybody since the start; the text is rounded, such as “10万+”. */
export function readRoomUserSeq(payload: Uint8Array): Reading {
  const { common, total, totalUser, totalUserStr } = roomUserSeq(payload);
  const body = {
    kind: 'stats',
    online: totalOf(total),
    total: totalOf(totalUser),
    text: textOf(totalUserStr),
  } as const;
  return { common, viewer: null, bodies: [body] };
}

/** “0在线观众”. Also sent while the room is off the air. */
export function readRoomStats(payload: Uint8Array): Reading {
  const { common, displayLong, displayValue, isHidden, total } = roomStats(payload);
  const body = {
    kind: 'stats',
    online: totalOf(displayValue),
    total: totalOf(total),
    text: textOf(displayLong),
  } as const;
  return { common, viewer: null, bodies: isHidden ? [] : [body] };
}

/** A line of the platform for everybody in the room. */
export function readRoomNote(payload: Uint8Array): Reading {
  const { common, content, bizScene } = roomNote(payload);
  const text = textOf(content);
  const body = { kind: 'system', code: nameOf(bizScene) || 'room', text } as const;
  return { common, viewer: null, bodies: text ? [body] : [] };
}

/** Who gave most: names and scores as the page shows them, the first three. */
export function readRoomRank(payload: Uint8Array): Reading {
  const { common, ranks } = roomRank(payload);
  const named = ranks.slice(0, maxRanks).flatMap(({ user, score, hidden }) => {
    const name = hidden ? '' : nameOf(user?.nickname ?? '');
    return name ? [`${name} ${nameOf(score)}`.trim()] : [];
  });
  const body = { kind: 'system', code: 'rank', text: named.join('、') } as const;
  return { common, viewer: null, bodies: named.length > 0 ? [body] : [] };
}

/** What all gifts have come to, whether or not we are told of them. No event: the gifts themselves are. */
export function readFanTicket(payload: Uint8Array): Reading {
  const { common, count } = fanTicket(payload);
  return { common, viewer: null, bodies: [], fanTickets: totalOf(count) };
}

/** The tips are what the platform's moderation says. */
export function readControl(payload: Uint8Array): Reading {
  const { common, action, tips, extra } = control(payload);
  const said = textOf(tips || extra?.violationReason || extra?.content || extra?.title || '');
  return {
    common,
    viewer: null,
    bodies: [{ kind: 'control', action: actionName(totalOf(action)), tips: said }],
  };
}

/** 3 the host ended, 4 an admin did, 6 the host went on elsewhere; the sources agree on 3 and differ on which of 1 and 2 is which. */
function actionName(action: number): string {
  switch (action) {
    case 1:
      return 'pause';
    case 2:
      return 'resume';
    case 3:
    case 4:
    case 6:
      return 'end';
    default:
      return `other:${action}`;
  }
}
