import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareEvents } from './compare-events.ts';
import { listen } from './hearing.ts';
import { hushRoom } from './hush-room.ts';
import type { Evidence, RoomEvidence } from './judge.ts';
import type { Silence, Span } from './longest-silence.ts';
import { longestSilence } from './longest-silence.ts';
import { reachedMessages } from './reached-messages.ts';
import { recordedSound } from './recorded-sound.ts';
import type { Injury } from './run-plan.ts';
import { roomName, showConfig } from './show-config.ts';
import { Show } from './show.ts';
import { readStored } from './stored-events.ts';
import { readTruth } from './truth.ts';

export interface RunShowOptions {
  home: string;
  seed: number;
  pace: number;
  rooms: number;
  /** Ends what happens during the show; it is then stopped and looked at all the same. */
  signal: AbortSignal;
  say: (line: string) => void;
  /** Added to the environment of everything in the show. */
  environment?: Record<string, string>;
  /** See `showConfig`. */
  addresses?: Map<string, string>;
  supervisor?: object;
  /** Gets the show once it is on air, to end it at once when need be. */
  onStart: (show: Show) => void;
  /** What happens while it is on air. `noteAcks` is called before a room is killed. */
  during: (show: Show, noteAcks: (room: string) => Promise<void>) => Promise<Injury[]>;
}

/** For two minutes of recording it takes some ten seconds on a machine with nothing else to do. */
const listenMs = 90_000;

/** Starts a show, lets something happen to it, stops it in order, and gathers what it left behind. Throws when it does not start. */
export async function runShow(options: RunShowOptions): Promise<Evidence> {
  const { home, seed, pace, signal, say, onStart, during } = options;
  const { environment = {}, addresses = new Map<string, string>(), supervisor = {} } = options;
  const rooms = Array.from({ length: options.rooms }, (_, index) => roomName(index));
  const reached = new Map(rooms.map((room) => [room, new Set<string>()]));
  const troubles: string[] = [];
  const config = showConfig({ seed, pace, rooms: options.rooms, addresses, supervisor });
  await using show = await Show.start({
    home,
    config,
    rooms,
    environment,
    signal,
    onLine: (line) => say(`  | ${line}`),
  });
  onStart(show);
  const noteAcks = async (room: string) => {
    for (const msgId of reachedMessages(await show.simulator(room).sent())) reached.get(room)?.add(msgId);
  };
  const injuries = await during(show, noteAcks);
  troubles.push(...show.deaths);
  if (show.exit) troubles.push(`the supervisor ended by itself (exit code ${show.exit.code ?? 'none'})`);
  say('the rooms fall silent');
  for (const room of rooms) {
    troubles.push(...(await hushRoom(show, room)));
    // One that does not answer is among the troubles.
    await noteAcks(room).catch(() => undefined);
  }
  const windows = onAirWindows(show, Date.now());
  say('stopping in order');
  const exitCode = await show.stop();
  say('looking at what it left, and listening to it');
  const faultsAt = injuries.map(({ atMs }) => show.onAirAt + atMs);
  const { events, shed, balance, sayings } = await readStored(home, faultsAt);
  if (shed.length > 0)
    say(`${shed.length} events that nobody paid for were shed while nothing could be kept, and told so`);
  const hearing = await listen(home, sayings, listenMs);
  const gathered = rooms.map((room): RoomEvidence => {
    const truth = readTruth(readTruthLog(home, room), reached.get(room) ?? new Set());
    return {
      room,
      comparison: compareEvents(truth, events.get(room) ?? [], shed),
      silence: longestOf(
        windows.map((window) => {
          const { longestMs, atMs } = longestSilence(recordedSound(home, room), window);
          return { longestMs, atMs: atMs + window.fromMs - show.onAirAt };
        }),
      ),
    };
  });
  const strangers = [...events].filter(([room]) => !rooms.includes(room)).flatMap(([, list]) => list);
  if (strangers.length > 0) troubles.push(`${strangers.length} events of a room that there is not`);
  return { injuries, rooms: gathered, balance, hearing, exitCode, troubles };
}

/** From on air to the end, without the stretches in which there was no supervisor. */
function onAirWindows({ onAirAt, offAir }: Show, end: number): Span[] {
  const begins = [onAirAt, ...offAir.map(({ toMs }) => toMs)];
  return begins.map((fromMs, index) => ({ fromMs, toMs: offAir[index]?.fromMs ?? end }));
}

function longestOf(silences: Silence[]): Silence {
  return silences.reduce((longest, each) => (each.longestMs > longest.longestMs ? each : longest));
}

/** One log for a run of the supervisor, over all lives of the simulator. */
function readTruthLog(home: string, room: string): string {
  const folder = join(home, 'sim');
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${room}-`) && name.endsWith('.ndjson'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}
