import { randomBytes } from 'node:crypto';
import type { KV } from '@nats-io/kv';
import type { LiveEvent } from '../../protocol/event.ts';
import { promiseSubject } from '../../protocol/subjects.ts';
import type { ConnectedChild } from '../child.ts';
import type { Delivery } from '../delivery.ts';
import type { WantedRooms } from '../wanted-rooms.ts';
import type { Rewriting } from './rewriting/open-rewriting.ts';
import { RoomHost } from './room-host.ts';
import { openMemory } from './room-memory.ts';
import type { RoomVoices } from './room-voices.ts';

interface HostParts {
  wanted: Pick<WantedRooms, 'has'>;
  voices: RoomVoices;
  bucket: () => Promise<KV>;
  rewriting: Pick<Rewriting, 'rewritten'>;
}

/** A host for each room that is configured, by its id. */
export function openHosts(
  child: ConnectedChild,
  { wanted, voices, bucket, rewriting }: HostParts,
): Map<string, RoomHost> {
  const { options, bus, log, signal, draining, counters, treated } = child;
  const { words, answerers } = voices;
  const { rooms, reply: config, tts } = options.config;
  // Two spares may begin in the same millisecond, on two machines even under the same pid.
  const lifeId = `${Date.now().toString(36)}-${process.pid.toString(36)}-${randomBytes(3).toString('hex')}`;
  const shared = {
    config,
    words,
    answerers,
    rewritten: rewriting.rewritten,
    voice: tts.voice,
    bus,
    log,
    signal,
    draining,
    lifeId,
    holdTreated: (messages: Delivery<LiveEvent>['message'][]) => treated.hold(...messages),
    onWork(change: 1 | -1) {
      child.inFlight += change;
      // Not what waits on boards: that waits for the listeners, who hear no faster for another process.
      counters['queue'] = child.inFlight;
      if (change === -1) child.progress();
    },
    count: (name: string) => (counters[name] = (counters[name] ?? 0) + 1),
  };
  const promiseIn = (room: string) => (utteranceId: string) =>
    bus.tell(promiseSubject(room), 'promise', { room, utteranceId, at: Date.now() });
  const notice = (text: string) => child.notice('warn', text);
  const memory = { bucket, duty: child.duty, log, signal, notice };
  return new Map(
    rooms.map(({ id: room }) => {
      const isWanted = () => wanted.has(room);
      const given = { ...shared, room, isWanted, promise: promiseIn(room) };
      return [
        room,
        new RoomHost({ ...given, openMemory: (views) => openMemory({ ...memory, room }, views) }),
      ];
    }),
  );
}
