import type { Reading } from './read-message.ts';
import { decodeBody } from './schema.ts';
import { textOf, totalOf } from './wire-values.ts';

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
