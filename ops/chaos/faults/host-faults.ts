import { isServing } from '../children.ts';
import type { Scene, Wound } from '../fault.ts';
import { findLeftovers, findMembers } from '../leftovers.ts';
import { ordersVariable } from '../sabotage-orders.ts';
import { heardSince } from './room-faults.ts';

/** What may be left of a show after its supervisor for so long is an orphan after it. */
const orphanMs = 1_000;
const fullMs = 5_000;

/**
 * Kills the supervisor, looks whether anything outlives it, and starts another on the same home. Healed when that one is on air.
 * `figures`: `allGoneMs` from the kill to the last process's end, `onAirMs` from the next start to on air.
 */
export async function killSupervisor({ show, noteAcks, orders, signal }: Scene): Promise<Wound | undefined> {
  for (const room of show.rooms) await noteAcks(room);
  const mark = `${ordersVariable}=${orders}`;
  const members = findMembers(mark);
  const causedAt = performance.now();
  await show.killSupervisor();
  let left = findLeftovers(members, mark);
  await show.until(() => (left = findLeftovers(members, mark)).length === 0, {
    withinMs: orphanMs - (performance.now() - causedAt),
    signal,
  });
  const figures: Record<string, number> = { allGoneMs: Math.round(performance.now() - causedAt) };
  const startedAt = performance.now();
  show.startAgain();
  return {
    victim: 'supervisor',
    causedAt,
    healed() {
      if (!show.isOnAir) return false;
      figures['onAirMs'] ??= Math.round(performance.now() - startedAt);
      show.endOffAir();
      return true;
    },
    mayGo: () => true,
    // Not on air again: then that it has ended is to be seen.
    end: () => show.endOffAir(),
    figures,
    orphans: left.map(({ pid, command }) => `${pid} ${command}`),
  };
}

/**
 * Fills the disk of the home folder for a while. Healed when everything runs and a message that the room sent after it was freed
 * has been confirmed. Whoever cannot write may end: only that it comes back counts.
 */
export async function fillDisk({ show, choice, disk, proxies }: Scene): Promise<Wound | undefined> {
  const room = show.rooms[Math.floor(choice * show.rooms.length)];
  if (!disk || room === undefined || !proxies.has(room)) return undefined;
  const isHeard = await heardSince(show, room, fullMs);
  disk.fill();
  let isFull = true;
  const free = () => {
    if (isFull) disk.free();
    isFull = false;
  };
  const timer = setTimeout(free, fullMs);
  return {
    victim: `disk of the home folder`,
    causedAt: performance.now(),
    lastsMs: fullMs,
    healed: async () => !isFull && (await isHeard()),
    noticed() {
      const { state } = show;
      return state !== undefined && !isServing(state);
    },
    mayGo: () => true,
    end() {
      clearTimeout(timer);
      free();
    },
  };
}
