import { isServing } from '../children.ts';
import type { Fault, Scene, Wound } from '../fault.ts';
import { choose, nobody } from '../fault.ts';
import { findSink } from '../sinks.ts';
import type { Show } from '../show.ts';
import type { TcpProxy } from '../tcp-proxy.ts';

/** What the room itself does. Healed when a message that it sent afterwards has been confirmed. */
export function onRoom(fault: object, does: string, lastsMs = 0): Fault {
  return {
    kind: 'room',
    does,
    async cause({ show, choice }) {
      const room = await chooseHeard(show, choice);
      if (room === undefined) return undefined;
      const isHeard = await heardSince(show, room, lastsMs);
      await show.simulator(room).fault(fault);
      return { victim: room, lastsMs, healed: isHeard, mayGo: nobody };
    },
  };
}

/** What happens on the way to the room. */
export function onSocket(options: {
  does: string;
  lastsMs?: number;
  slow?: boolean;
  patienceMs?: number;
  harm: (proxy: TcpProxy) => void;
  end?: (proxy: TcpProxy) => void;
}): Fault {
  const { does, lastsMs = 0, harm, end, ...rest } = options;
  return {
    kind: 'socket',
    does,
    ...rest,
    async cause({ show, choice, proxies }) {
      const room = await chooseHeard(show, choice);
      const proxy = proxies.get(room ?? '');
      if (room === undefined || !proxy) return undefined;
      const isHeard = await heardSince(show, room, lastsMs);
      harm(proxy);
      const timer = setTimeout(() => end?.(proxy), lastsMs);
      return {
        victim: `the way to ${room}`,
        causedAt: performance.now(),
        lastsMs,
        healed: isHeard,
        mayGo: nobody,
        end() {
          clearTimeout(timer);
          end?.(proxy);
        },
      };
    },
  };
}

/** Healed when another process writes the room's recording. */
export async function killSink({ show, choice }: Scene): Promise<Wound | undefined> {
  const room = choose(show.rooms, choice);
  if (room === undefined) return undefined;
  const pid = findSink(show, room);
  if (pid === 0) return undefined;
  const causedAt = performance.now();
  process.kill(pid, 'SIGKILL');
  return {
    victim: `sink of ${room}`,
    causedAt,
    healed: () => ![0, pid].includes(findSink(show, room)),
    noticed: () => findSink(show, room) !== pid,
    mayGo: nobody,
  };
}

/** Whether the room has seen something confirmed that it sent `lastsMs` after now. */
export async function heardSince(show: Show, room: string, lastsMs: number): Promise<() => Promise<boolean>> {
  const simulator = show.simulator(room);
  const before = (await simulator.state()).sent;
  const from = Date.now() + lastsMs;
  return async () => {
    const { state } = show;
    if (!state || !isServing(state)) return false;
    // A room that was started again counts from the beginning.
    const since = (await simulator.state()).sent < before ? 0 : before;
    return (await simulator.sent(since)).some(({ acked, at }) => acked && at >= from);
  };
}

/** A room that somebody listens to. */
async function chooseHeard(show: Show, choice: number): Promise<string | undefined> {
  const room = choose(show.rooms, choice);
  if (room === undefined) return undefined;
  return (await show.simulator(room).state()).connected ? room : undefined;
}
