import type { Fault } from './fault.ts';
import { onBus } from './faults/bus-faults.ts';
import { killSpare, onChild } from './faults/child-faults.ts';
import { fillDisk, killSupervisor } from './faults/host-faults.ts';
import { killSink, onRoom, onSocket } from './faults/room-faults.ts';
import { badStart, block, leak, spin } from './faults/sabotage-faults.ts';

const lateMs = 800;

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
  'kill-spare': { kind: 'spare', does: 'kills a child that only waits for work', cause: killSpare },
  'kill-sink': {
    kind: 'sink',
    does: 'kills the program that writes the sound of a room',
    cause: killSink,
  },
  'kill-nats': onBus('SIGKILL'),
  'stop-nats': onBus('SIGSTOP'),
  'stop-ingest': onChild('ingest', 'SIGSTOP'),
  'stop-reply': onChild('reply', 'SIGSTOP'),
  'stop-tts': onChild('tts', 'SIGSTOP'),
  'stop-audio': onChild('audio', 'SIGSTOP'),
  'block-ingest': block('ingest'),
  'block-reply': block('reply'),
  'block-tts': block('tts'),
  'block-audio': block('audio'),
  'leak-tts': leak('tts'),
  'leak-reply': leak('reply'),
  'spin-tts': spin('tts'),
  'spin-audio': spin('audio'),
  'exit-at-start-ingest': badStart('ingest', 'exit'),
  'exit-at-start-reply': badStart('reply', 'exit'),
  'exit-at-start-tts': badStart('tts', 'exit'),
  'never-ready-reply': badStart('reply', 'hang'),
  'never-ready-tts': badStart('tts', 'hang'),
  'kill-supervisor': {
    kind: 'supervisor',
    does: 'kills the supervisor, sees what outlives it, and starts it again',
    cause: killSupervisor,
  },
  'fill-disk': {
    kind: 'disk',
    does: 'fills the disk of the home folder for 5 s (needs root)',
    cause: fillDisk,
  },
  'socket-cut': onSocket({
    does: 'resets the connections to a room',
    harm: (proxy) => proxy.cut(),
  }),
  'socket-delay': onSocket({
    does: `lets everything to and from a room come ${lateMs} ms late, for 3 s`,
    lastsMs: 3_000,
    harm: (proxy) => proxy.delay(lateMs),
    end: (proxy) => proxy.delay(0),
  }),
  'socket-half-open': onSocket({
    does: 'lets the connections to a room stay open and say nothing any more',
    slow: true,
    patienceMs: 130_000,
    harm: (proxy) => proxy.halfOpen(),
  }),
  'room-cut': onRoom({ kind: 'cut' }, 'the room cuts its connections'),
  'room-deaf': onRoom(
    { kind: 'deaf', forMs: 3_000 },
    'the room sends nothing for 3 s, and loses what happens',
    3_000,
  ),
  'room-garbage': onRoom({ kind: 'garbage' }, 'the room sends a frame of garbage'),
  'room-bomb': onRoom({ kind: 'gzip-bomb' }, 'the room sends a small frame that unpacks to 40 MB'),
};
