import type { SupervisorState } from '../protocol/ipc.ts';
import type { RoomStatus } from '../protocol/room-status.ts';
import { readRoomStatus, roomStatusKey } from '../protocol/room-status.ts';
import { age } from './age.ts';
import { readBucket } from './read-bucket.ts';

/** A worker writes the figures of a connected room every 10 s; a change at once. */
const oldAfterMs = 60_000;

/** How the rooms are, as their workers told last; nothing of those that were never read, or when the bus does not answer. */
export async function readRoomStatuses(
  home: string,
  state: SupervisorState,
  rooms: string[],
): Promise<RoomStatus[]> {
  const read = (value: Uint8Array) => readRoomStatus(new TextDecoder().decode(value));
  const found = await readBucket(home, state, { bucket: 'rooms', keys: rooms.map(roomStatusKey), read });
  return found.filter((status) => status !== undefined);
}

/** One line for people. `now` in unix milliseconds. */
export function describeRoom(status: RoomStatus, now: number): string {
  const { room, platform, state, since, reason, nextTryAt, reconnectCount, lastMessageAt, quality } = status;
  const why = reason && state !== 'connected' ? ` (${reason})` : '';
  const parts = [`room ${room} (${platform}): ${state} for ${age(now - since)}${why}`];
  if (nextTryAt > now) parts.push(`next try in ${age(nextTryAt - now)}`);
  if (quality !== null) parts.push(`quality ${quality}`);
  if (reconnectCount > 0) parts.push(`reconnected ${reconnectCount} times`);
  parts.push(lastMessageAt > 0 ? `last message ${age(now - lastMessageAt)} ago` : 'no message yet');
  const login = describeLogin(status.credentials, now);
  if (login) parts.push(login);
  for (const { text } of status.conditions) parts.push(`! ${text}`);
  if (status.state === 'connected' && now - status.at > oldAfterMs)
    parts.push(`! its worker has told nothing for ${age(now - status.at)}`);
  return parts.join(', ');
}

function describeLogin({ state, expiresAt }: RoomStatus['credentials'], now: number): string {
  switch (state) {
    case 'none':
      return 'as a guest';
    case 'unknown':
      return 'logged in';
    case 'valid':
    case 'expiring':
      return `logged in for ${age(expiresAt - now)} more`;
    case 'expired':
      return `login ended ${age(now - expiresAt)} ago`;
  }
}
