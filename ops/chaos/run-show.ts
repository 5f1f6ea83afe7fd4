import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareEvents } from './compare-events.ts';
import { hushRoom } from './hush-room.ts';
import type { Evidence, RoomEvidence } from './judge.ts';
import { longestSilence } from './longest-silence.ts';
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
  /** Gets the show once it is on air, to end it at once when need be. */
  onStart: (show: Show) => void;
  /** What happens while it is on air. */
  during: (show: Show, noteAcks: (room: string) => Promise<void>) => Promise<Injury[]>;
}

/** Starts a show, lets something happen to it, stops it in order, and gathers what it left behind. Throws when it does not start. */
export async function runShow(options: RunShowOptions): Promise<Evidence> {
  const { home, seed, pace, signal, say, onStart, during } = options;
  const rooms = Array.from({ length: options.rooms }, (_, index) => roomName(index));
  const acked = new Map(rooms.map((room) => [room, new Set<string>()]));
  const troubles: string[] = [];
  const config = showConfig({ seed, pace, rooms: options.rooms });
  await using show = await Show.start({
    home,
    config,
    rooms,
    signal,
    onLine: (line) => say(`  | ${line}`),
  });
  onStart(show);
  const injuries = await during(show, async (room) => {
    for (const { msgId, acked: confirmed } of await show.simulator(room).sent())
      if (confirmed) acked.get(room)?.add(msgId);
  });
  if (show.exit) troubles.push(`the supervisor ended by itself (exit code ${show.exit.code ?? 'none'})`);
  say('the rooms fall silent');
  for (const room of rooms) troubles.push(...(await hushRoom(show, room)));
  const onAir = { fromMs: show.onAirAt, toMs: Date.now() };
  say('stopping in order');
  const exitCode = await show.stop();
  say('looking at what it left');
  const { events, balance } = await readStored(home);
  const gathered = rooms.map((room): RoomEvidence => {
    const truth = readTruth(readTruthLog(home, room), acked.get(room) ?? new Set());
    return {
      room,
      comparison: compareEvents(truth, events.get(room) ?? []),
      silence: longestSilence(recordedSound(home, room), onAir),
    };
  });
  const strangers = [...events].filter(([room]) => !rooms.includes(room)).flatMap(([, list]) => list);
  if (strangers.length > 0) troubles.push(`${strangers.length} events of a room that there is not`);
  return { injuries, rooms: gathered, balance, exitCode, troubles };
}

/** One log for a run of the supervisor, over all lives of the simulator. */
function readTruthLog(home: string, room: string): string {
  const folder = join(home, 'sim');
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${room}-`) && name.endsWith('.ndjson'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}
