import { userInfo } from 'node:os';
import type { KV } from '@nats-io/kv';
import { exitCodes } from '../../protocol/exit-codes.ts';
import type { SupervisorState } from '../../protocol/ipc.ts';
import { followReload } from '../follow-reload.ts';
import { openConsoleBus } from '../operator.ts';
import { checkAdded, findAddedRoom, removeAddedRoom, writeAddedRoom } from './added-room.ts';
import { describeLiveStatus, readLiveStatus } from './live-status.ts';
import type { LiveOrder } from './read-order.ts';
import { readWanted, setWanted } from './set-wanted.ts';

export interface Surroundings {
  home: string;
  state: SupervisorState;
  json: boolean;
}

const deadlineMs = 15_000;

/** Does what was asked for, says what came of it, and returns the exit code. Throws for what cannot be done. */
export async function carryOut(order: LiveOrder, surroundings: Surroundings): Promise<number> {
  switch (order.action) {
    case 'status':
      return await status(order.room, surroundings);
    case 'start':
      return await start(order, surroundings);
    case 'stop':
      return await stop(order, surroundings);
  }
}

async function status(room: string | undefined, { home, state, json }: Surroundings): Promise<number> {
  const rooms = room === undefined ? state.rooms : [known(room, state)];
  const live = await withBucket(home, state, async (bucket) => await readLiveStatus(bucket, rooms));
  console.log(json ? JSON.stringify(live) : describeLiveStatus(live, Date.now()));
  return exitCodes.clean;
}

async function start(
  { room, source }: Extract<LiveOrder, { action: 'start' }>,
  surroundings: Surroundings,
): Promise<number> {
  const { home, state } = surroundings;
  const isNew = source !== undefined && checkAdded({ home, state, room, source });
  if (!isNew) known(room, state);
  const by = personName();
  const changed = await withBucket(
    home,
    state,
    async (bucket) => await setWanted(bucket, room, { wanted: true, by }),
  );
  if (!isNew) return say(surroundings, { room, changed, text: changed ? 'started' : 'is started already' });
  writeAddedRoom(home, room, source);
  const code = await reload(surroundings);
  // What could not be brought in must not hinder the next start.
  if (code !== exitCodes.clean) removeAddedRoom(home, room);
  else say(surroundings, { room, changed: true, text: 'added and started' });
  return code;
}

async function stop(
  { room, forget }: Extract<LiveOrder, { action: 'stop' }>,
  surroundings: Surroundings,
): Promise<number> {
  const { home, state } = surroundings;
  const added = findAddedRoom(home, room);
  if (forget && !added && state.rooms.includes(room))
    throw new Error(`Room "${room}" is in the configuration: take it out there, then "npm run reload"`);
  if (!added && forget && !state.rooms.includes(room)) {
    // What a person said of a room outlives it; of one that never was, nobody has said anything.
    const wasThere = !(await withBucket(home, state, async (bucket) => await readWanted(bucket, room)));
    if (wasThere)
      return say(surroundings, { room, changed: false, text: 'is stopped and forgotten already' });
  }
  if (!added) known(room, state);
  const by = personName();
  const changed = await withBucket(
    home,
    state,
    async (bucket) => await setWanted(bucket, room, { wanted: false, by }),
  );
  if (!forget) return say(surroundings, { room, changed, text: changed ? 'stopped' : 'is stopped already' });
  removeAddedRoom(home, room);
  const code = await reload(surroundings);
  if (code === exitCodes.clean) say(surroundings, { room, changed: true, text: 'stopped and forgotten' });
  return code;
}

function say(
  { json }: Surroundings,
  { room, changed, text }: { room: string; changed: boolean; text: string },
): number {
  console.log(json ? JSON.stringify({ success: true, room, changed, text }) : `${room}: ${text}`);
  return exitCodes.clean;
}

function known(room: string, { rooms }: SupervisorState): string {
  if (rooms.includes(room)) return room;
  throw new Error(`There is no room "${room}"; there is ${rooms.join(', ') || 'none'}`);
}

async function reload({ home, state: { pid, reload: before }, json }: Surroundings): Promise<number> {
  process.kill(pid, 'SIGHUP');
  return await followReload(home, before, json ? console.error : console.log);
}

async function withBucket<Result>(
  home: string,
  state: SupervisorState,
  use: (bucket: KV) => Promise<Result>,
): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new Error(`The bus did not answer within ${deadlineMs / 1_000} s; "npm run status" shows more`),
    );
  }, deadlineMs);
  try {
    await using bus = await Promise.race([openConsoleBus(home, state, deadlineMs), late.promise]);
    const bucket = await Promise.race([bus.bucket('rooms'), late.promise]);
    return await Promise.race([use(bucket), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
