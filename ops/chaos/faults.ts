import type { ChildState } from '../../protocol/ipc.ts';
import type { Role } from '../../protocol/roles.ts';
import type { Show } from './show.ts';
import { findSink } from './sinks.ts';

/** Where a fault happens. */
export interface Scene {
  show: Show;
  /** In [0, 1), of the plan. */
  choice: number;
  /** What the room has seen confirmed until now is noted: it is about to forget. */
  noteAcks: (room: string) => Promise<void>;
}

/** A fault that has been caused. */
export interface Wound {
  /** Who suffers it. */
  victim: string;
  /** Asked again and again: is everything as before? A throw counts as no. */
  healed: () => boolean | Promise<boolean>;
}

export interface Fault {
  /** What it does, for people. */
  does: string;
  /** Causes it; undefined when nobody is there whom it could hit. */
  cause: (scene: Scene) => Promise<Wound | undefined>;
}

/**
 * Everything that a chaos run may do to a show, by name. A new fault is a new entry: `cause` does the harm, and `healed` says how
 * one sees that it is over.
 */
export const faults: Record<string, Fault> = {
  'kill-ingest': onChild('ingest', 'SIGKILL'),
  'kill-reply': onChild('reply', 'SIGKILL'),
  'kill-tts': onChild('tts', 'SIGKILL'),
  'kill-audio': onChild('audio', 'SIGKILL'),
  'kill-sim': onChild('sim', 'SIGKILL'),
  'kill-sink': { does: 'kills the program that writes the sound of a room', cause: killSink },
  'kill-nats': { does: 'kills the bus', cause: killBus },
  'stop-ingest': onChild('ingest', 'SIGSTOP'),
  'stop-reply': onChild('reply', 'SIGSTOP'),
  'stop-tts': onChild('tts', 'SIGSTOP'),
  'stop-audio': onChild('audio', 'SIGSTOP'),
  'room-cut': onRoom({ kind: 'cut' }, 'the room cuts its connections'),
  'room-deaf': onRoom(
    { kind: 'deaf', forMs: 3_000 },
    'the room sends nothing for 3 s, and loses what happens',
  ),
  'room-garbage': onRoom({ kind: 'garbage' }, 'the room sends a frame of garbage'),
  'room-bomb': onRoom({ kind: 'gzip-bomb' }, 'the room sends a small frame that unpacks to 40 MB'),
};

const busAnswerMs = 2_000;

/** Healed when another process of the child runs. */
function onChild(role: Role, signal: 'SIGKILL' | 'SIGSTOP'): Fault {
  const verb = signal === 'SIGKILL' ? 'kills' : 'stops (SIGSTOP)';
  return {
    does: `${verb} a child with the role ${role}`,
    async cause({ show, choice, noteAcks }) {
      const victim = choose(show.childrenOf(role).filter(isRunning), choice);
      if (!victim) return undefined;
      if (role === 'sim') await noteAcks(victim.id.replace(/^sim-/, ''));
      process.kill(victim.pid, signal);
      const healed = () => {
        const child = show.child(victim.id);
        return child !== undefined && child.generation > victim.generation && isRunning(child);
      };
      return { victim: victim.id, healed };
    },
  };
}

/** Healed when another process writes the room's recording. */
async function killSink({ show, choice }: Scene): Promise<Wound | undefined> {
  const room = choose(show.rooms, choice);
  if (room === undefined) return undefined;
  const pid = findSink(show, room);
  if (pid === 0) return undefined;
  process.kill(pid, 'SIGKILL');
  const healed = () => ![0, pid].includes(findSink(show, room));
  return { victim: `sink of ${room}`, healed };
}

/** Healed when another server is up and answers: the state file names it as soon as it is started. */
async function killBus({ show }: Scene): Promise<Wound | undefined> {
  const pid = show.state?.nats.pid ?? 0;
  if (pid === 0) return undefined;
  process.kill(pid, 'SIGKILL');
  const healed = async () => {
    const nats = show.state?.nats;
    if (!nats || nats.pid === 0 || nats.pid === pid) return false;
    const signal = AbortSignal.timeout(busAnswerMs);
    return (await fetch(`${nats.monitorUrl}/healthz?js-server-only=true`, { signal })).ok;
  };
  return { victim: 'nats-server', healed };
}

/** Healed when a message that the room sent afterwards has been confirmed. */
function onRoom(fault: object, does: string): Fault {
  return {
    does,
    async cause({ show, choice }) {
      const room = choose(show.rooms, choice);
      if (room === undefined) return undefined;
      const simulator = show.simulator(room);
      if (!(await simulator.state()).connected) return undefined;
      const before = (await simulator.state()).sent;
      const at = Date.now();
      await simulator.fault(fault);
      const healed = async () =>
        (await simulator.sent(before)).some((message) => message.acked && message.at >= at);
      return { victim: room, healed };
    },
  };
}

function isRunning({ state, pid }: ChildState): boolean {
  return state === 'running' && pid > 0;
}

function choose<Item>(items: Item[], choice: number): Item | undefined {
  return items[Math.floor(choice * items.length)];
}
