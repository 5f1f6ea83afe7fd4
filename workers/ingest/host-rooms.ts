import type { RoomConfig } from '../../protocol/config.ts';
import type { LiveEvent } from '../../protocol/event.ts';
import { everything, isInShare } from '../../protocol/sharding.ts';
import type { ConnectedChild } from '../child.ts';
import { WantedRooms } from '../wanted-rooms.ts';
import { BusPresence } from './bus-presence.ts';
import { FaultLog } from './fault-log.ts';
import { GiftFollower } from './gift-follower.ts';
import type { Host } from './host-room.ts';
import { IdFollower } from './id-follower.ts';
import { HostedRoom } from './host-room.ts';
import { sourceDefinition } from './open-source.ts';
import { replayedMs } from './remember.ts';
import { SavedRooms } from './saved-rooms.ts';

/** With a successor standing by: what was read and not kept by then is left to it, unacknowledged. */
const handOverMs = 1_000;

export interface HostedRooms extends AsyncDisposable {
  /** From here on it follows what the active process does, as a spare: it puts nothing out and connects to no room. */
  prepare(): Promise<void>;
  /** Keeps the rooms of its share until the worker drains; every connection is closed when it returns. */
  run(): Promise<void>;
}

export async function hostRooms(rooms: readonly RoomConfig[], child: ConnectedChild): Promise<HostedRooms> {
  const { bus, log } = child;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([child.signal, giveUp.signal]);
  const hosted = new Map<string, HostedRoom>();
  const onGift = (event: LiveEvent) => hosted.get(event.room)?.hear(event);
  const presence = new BusPresence(bus.connection);
  const follower = new GiftFollower({ bus, presence, onGift, log, signal });
  const onEvent = (event: LiveEvent) => hosted.get(event.room)?.hearOf(event);
  const idFollower = child.options.hurry
    ? undefined
    : new IdFollower({ bus, presence, onEvent, log, signal, reachMs: replayedMs });
  const faults = new FaultLog(log);
  const saved = new SavedRooms({ bus, rooms: rooms.map(({ id }) => id), faults, signal });
  const wanted = new WantedRooms({ bus, log });
  const host: Host = { child, signal, presence, follower, idFollower, saved, wanted };
  for (const room of rooms)
    hosted.set(room.id, new HostedRoom(room, await sourceDefinition(room.source.type), host));
  return {
    async prepare() {
      // These questions are asked again when it matters; here their code is loaded.
      const questions = [follower.isUpToDate(), idFollower?.rehearse()];
      await Promise.all([saved.follow(), wanted.known(signal), ...questions]);
      if (!child.options.hurry) for (const room of hosted.values()) room.prepare();
    },
    async run() {
      saved.lead();
      using _limit = limitHandOver(child, giveUp);
      const share = child.duty.current.share ?? everything;
      const others = [...hosted].filter(([id]) => !isInShare(id, share));
      for (const [id] of others) hosted.delete(id);
      await Promise.all([
        ...[...hosted.values()].map(async (room) => await room.run()),
        Promise.allSettled(others.map(async ([, room]) => await room[Symbol.asyncDispose]())),
      ]);
    },
    async [Symbol.asyncDispose]() {
      giveUp.abort();
      await Promise.all([...hosted.values()].map(async (room) => await room[Symbol.asyncDispose]()));
      await follower[Symbol.asyncDispose]();
      await idFollower?.[Symbol.asyncDispose]();
      await saved[Symbol.asyncDispose]();
      await wanted[Symbol.asyncDispose]();
    },
  };
}

function limitHandOver(child: ConnectedChild, giveUp: AbortController): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const onDrain = () => {
    if (child.handOver)
      timer = setTimeout(() => giveUp.abort(new Error('the time to hand over is over')), handOverMs);
  };
  child.draining.addEventListener('abort', onDrain, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      child.draining.removeEventListener('abort', onDrain);
    },
  };
}
