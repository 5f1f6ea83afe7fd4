import { roomSchema } from '../../protocol/config.ts';
import type { RoomConfig } from '../../protocol/config.ts';

export interface LiveFlags {
  id?: string | undefined;
  douyin?: string | undefined;
  source?: string | undefined;
  forget?: boolean | undefined;
}

export type LiveOrder =
  | { action: 'status'; room: string | undefined }
  /** `source`: as it is written in a configuration; undefined: of a room that is there. */
  | { action: 'start'; room: string; source: unknown }
  | { action: 'stop'; room: string; forget: boolean };

/** What was asked for on the command line. Throws for what makes no sense; whether there is such a room is for the host to say. */
export function readLiveOrder(words: string[], flags: LiveFlags): LiveOrder {
  const [action, named, ...more] = words;
  const surplus = more[0] ?? (named !== undefined && flags.id !== undefined ? named : undefined);
  if (surplus !== undefined) throw new Error(`"${surplus}" is one word too many`);
  const room = flags.id ?? named;
  const source = readSource(flags);
  if (source !== undefined && action !== 'start')
    throw new Error(`--douyin and --source go with start, not with ${action ?? 'nothing'}`);
  if (flags.forget && action !== 'stop')
    throw new Error(`--forget goes with stop, not with ${action ?? 'nothing'}`);
  switch (action) {
    case 'status':
      return { action, room };
    case 'start':
      return { action, room: demand(room, action), source };
    case 'stop':
      return { action, room: demand(room, action), forget: flags.forget ?? false };
    default: {
      const got = action === undefined ? '' : `, not "${action}"`;
      throw new Error(`Say one of start, stop, status${got}; --help tells what they do`);
    }
  }
}

/** A room as it would stand in the configuration, checked as there. Throws with everything that is wrong with it. */
export function checkRoom(id: string, source: unknown): RoomConfig {
  const parsed = roomSchema.safeParse({ id, source });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`No room can be made of that: ${problems.join('; ')}`);
}

function readSource({ douyin, source }: LiveFlags): unknown {
  if (douyin !== undefined && source !== undefined)
    throw new Error('Say either --douyin or --source, not both');
  if (douyin !== undefined) return { type: 'douyin', webRid: douyin };
  if (source === undefined) return undefined;
  try {
    return JSON.parse(source) as unknown;
  } catch (cause) {
    throw new Error(`--source must be JSON, as under rooms[].source of the configuration`, { cause });
  }
}

function demand(room: string | undefined, action: string): string {
  if (room === undefined) throw new Error(`Say which room: npm run live -- ${action} ID`);
  return room;
}
