import type { SupervisorState } from '../protocol/ipc.ts';
import type { RoomStatus } from '../protocol/room-status.ts';
import { readRoomStatus, roomStatusKey } from '../protocol/room-status.ts';
import { decodeWanted, roomOfWantedKey, wantedKey } from '../protocol/wanted.ts';
import { age } from './age.ts';
import { readBucket } from './read-bucket.ts';

/** A worker writes the figures of a connected room every 10 s; a change at once. */
const oldAfterMs = 60_000;

/** One room as it is known from outside. */
export interface RoomView {
  room: string;
  /** Nobody has stopped it. */
  wanted: boolean;
  /** What its worker told last; undefined: nothing that can be read. */
  status?: RoomStatus | undefined;
}

/** How the rooms are; nothing when the bus does not answer. */
export async function readRooms(home: string, state: SupervisorState): Promise<RoomView[]> {
  const { rooms } = state;
  const wanted = new Map<string, boolean>();
  const statuses = new Map<string, RoomStatus>();
  const read = (value: Uint8Array, key: string) => {
    const text = new TextDecoder().decode(value);
    const room = roomOfWantedKey(key);
    if (room !== undefined) wanted.set(room, decodeWanted(text)?.wanted ?? true);
    const status = room === undefined ? readRoomStatus(text) : undefined;
    if (status) statuses.set(status.room, status);
  };
  const keys = rooms.flatMap((room) => [wantedKey(room), roomStatusKey(room)]);
  await readBucket(home, state, { bucket: 'rooms', keys, read });
  if (wanted.size === 0 && statuses.size === 0) return [];
  return rooms.map((room) => ({ room, wanted: wanted.get(room) ?? true, status: statuses.get(room) }));
}

/** One line for people. `now` in unix milliseconds. */
export function describeRoom({ room, wanted, status }: RoomView, now: number): string {
  if (!wanted) return `room ${room}: stopped; "npm run live -- start ${room}" takes it up again`;
  return status ? describeStatus(status, now) : `room ${room}: its worker has told nothing yet`;
}

function describeStatus(status: RoomStatus, now: number): string {
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
    case 'not-needed':
      return '';
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
