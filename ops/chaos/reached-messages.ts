import type { SentMessage } from './sim-room.ts';

/** The room's frames with nothing but these ask for no confirmation, and are not sent again. */
const unconfirmed = new Set(['rank', 'banner', 'unknown', 'stats', 'fault', 'broken']);

/** Whether the room waits for the client to say that it has this, and sends it again until then. */
export const asksForConfirmation = (kind: string): boolean => !unconfirmed.has(kind);

/**
 * Ids of what surely reached the client: it was confirmed, or something that was sent later on the same connection was, since frames
 * are confirmed in their order. What asks for no confirmation and was the last on its connection may have ended with it.
 */
export function reachedMessages(
  sent: Pick<SentMessage, 'msgId' | 'via' | 'connection' | 'acked'>[],
): Set<string> {
  const reached = new Set<string>();
  const open = new Map<number, string[]>();
  for (const { msgId, via, connection, acked } of sent) {
    if (acked) reached.add(msgId);
    if (via !== 'socket') continue;
    const before = open.get(connection) ?? [];
    if (acked) for (const id of before.splice(0)) reached.add(id);
    else before.push(msgId);
    open.set(connection, before);
  }
  return reached;
}
