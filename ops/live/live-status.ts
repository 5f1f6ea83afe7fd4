import type { KV } from '@nats-io/kv';
import { readRoomStatus, roomStatusKey } from '../../protocol/room-status.ts';
import { readWanted } from './set-wanted.ts';

/** One room, in the words of the interface that scripts know. */
export interface ConnectionStatus {
  /** Connected; null: nobody has said. */
  active: boolean | null;
  reconnect_count: number;
  /** Unix milliseconds; null: none yet. */
  last_message_time: number | null;
  should_reconnect: boolean;
  /** What whoever reads the room last said of it. */
  state: string;
}

export interface LiveStatus {
  success: true;
  /** Rooms that are wanted. */
  active_rooms: string[];
  count: number;
  connections: Record<string, ConnectionStatus>;
}

/** Of these rooms. Throws when the bus does not answer. */
export async function readLiveStatus(bucket: Pick<KV, 'get'>, rooms: string[]): Promise<LiveStatus> {
  const read = await Promise.all(
    rooms.map(async (room) => {
      const [wanted, entry] = await Promise.all([readWanted(bucket, room), bucket.get(roomStatusKey(room))]);
      const text = entry?.operation === 'PUT' ? entry.string() : '';
      return [room, connectionStatus(text, wanted)] as const;
    }),
  );
  const active = read.filter(([, { should_reconnect }]) => should_reconnect).map(([room]) => room);
  return {
    success: true,
    active_rooms: active,
    count: active.length,
    connections: Object.fromEntries(read),
  };
}

/** From the room's status as its worker wrote it; of what is no status, nothing is known. */
export function connectionStatus(text: string, wanted: boolean): ConnectionStatus {
  const status = readRoomStatus(text);
  return {
    active: wanted ? (status?.active ?? null) : false,
    reconnect_count: status?.reconnectCount ?? 0,
    last_message_time: status && status.lastMessageAt > 0 ? status.lastMessageAt : null,
    should_reconnect: wanted,
    state: wanted ? (status?.state ?? '') : 'stopped',
  };
}

/** One line per room, for people. */
export function describeLiveStatus({ connections, count }: LiveStatus, now: number): string {
  const lines = Object.entries(connections).map(([room, connection]) => {
    const { state, should_reconnect, reconnect_count, last_message_time } = connection;
    if (!should_reconnect) return `${room}: stopped; "npm run live -- start ${room}" takes it up again`;
    const heard =
      last_message_time === null
        ? ''
        : `, last message ${Math.max(0, Math.round((now - last_message_time) / 1_000))} s ago`;
    const again = reconnect_count > 0 ? `, connected again ${reconnect_count} times` : '';
    return `${room}: wanted${state ? `, ${state}` : ''}${again}${heard}`;
  });
  return [...lines, `${count} of ${lines.length} rooms are wanted`].join('\n');
}
