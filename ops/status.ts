import { parseArgs } from 'node:util';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { ChildState, SupervisorState } from '../protocol/ipc.ts';
import { age } from './age.ts';
import type { VoiceReport } from '../protocol/voice-report.ts';
import { homeFolder, runningState } from './operator.ts';
import type { RoomView } from './room-statuses.ts';
import { describeRoom, readRooms } from './room-statuses.ts';
import { runCommand } from './run-command.ts';
import type { RoomSound } from './sounds.ts';
import { describeSound, readSounds, roomsOf } from './sounds.ts';
import { statusWarnings } from './status-warnings.ts';
import { describeVoices, readVoices } from './voices.ts';

const usage = `npm run status [-- --json] [--home DIR]

Shows the supervisor, each service, and each child: state, spare, generation, restarts, why the last process ended, CPU, memory; how each
room is connected, and what is heard in it; each engine of the voice, its addresses and its cache; open incidents and the latest reload. Exit code 1 when no supervisor runs.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, home: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const home = homeFolder(values.home);
  const found = runningState(home);
  if (!found.running) {
    if (values.json) console.log(JSON.stringify({ running: false, why: found.why }));
    else console.log(found.why);
    return exitCodes.failed;
  }
  const { state } = found;
  const [sounds, rooms] = await Promise.all([
    readSounds(home, state, roomsOf(state)),
    readRooms(home, state),
  ]);
  const voices = readVoices(home, state.children);
  const now = Date.now();
  const warnings = statusWarnings(home, state, now);
  console.log(
    values.json
      ? JSON.stringify({
          running: true,
          ...state,
          warnings,
          rooms: rooms.map(flat),
          sounds,
          voices: voices ?? null,
        })
      : formatState(state, { rooms, sounds, voices, warnings, now }),
  );
  return exitCodes.clean;
}

/** For scripts: a room that nothing is known of is one without a state. */
function flat({ room, wanted, status }: RoomView): object {
  return { ...status, room, wanted };
}

function formatState(
  state: SupervisorState,
  {
    rooms,
    sounds,
    voices,
    warnings,
    now,
  }: {
    rooms: RoomView[];
    sounds: RoomSound[];
    voices: VoiceReport | undefined;
    warnings: string[];
    now: number;
  },
): string {
  const { nats, late, reload, incidents, services, children } = state;
  const up = age(now - Date.parse(state.startedAt));
  const lines = [
    `${state.state}, supervisor pid ${state.pid}, ${state.rssMb} MB, up ${up}; bus ${nats.url} (pid ${nats.pid}, restarts ${nats.restarts})`,
  ];
  lines.push(...warnings);
  if (late.times > 0)
    lines.push(`the supervisor itself was held up ${late.times} times, ${late.ms} ms in all`);
  if (reload)
    lines.push(
      `last reload: ${reload.phase}, ${age(now - reload.at)} ago${reload.reason ? `: ${reload.reason}` : ''}`,
    );
  const notWell = services.filter(({ condition }) => condition !== 'well');
  lines.push(
    notWell.length === 0
      ? warnings.length === 0
        ? 'all services are well'
        : 'all services were well'
      : `not well: ${notWell.map(({ id, condition, working, wanted }) => `${id} (${condition}, ${working} of ${wanted} at work)`).join(', ')}`,
    ...(rooms.length > 0 || state.rooms.length === 0
      ? rooms.map((room) => describeRoom(room, now))
      : ['how the rooms are is not known: they have told nothing yet, or the bus does not answer']),
    ...sounds.map((sound) => describeSound(sound, now)),
    ...describeVoices(children, voices),
    '',
    ...table(
      [
        'child',
        'role',
        'state',
        'spare',
        'pid',
        'gen',
        'restarts',
        'cpu %',
        'MB',
        'for',
        'last ended because',
      ],
      children.map((child) => row(child, now)),
    ),
  );
  if (incidents.length > 0) {
    lines.push('', `open incidents (all: log/incidents.ndjson):`);
    for (const { severity, openedAt, summary } of incidents)
      lines.push(`  ${severity}, for ${age(now - openedAt)}: ${summary}`);
  }
  return lines.join('\n');
}

function row(child: ChildState, now: number): string[] {
  return [
    child.id,
    child.role,
    child.state,
    child.spare ? 'spare' : child.lease ? `epoch ${child.epoch}` : '-',
    String(child.pid || '-'),
    String(child.generation),
    String(child.restarts),
    child.cpuPct.toFixed(1),
    child.rssMb.toFixed(0),
    age(now - child.since),
    child.lastReason || '-',
  ];
}

function table(head: string[], body: string[][]): string[] {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((cells) => (cells[column] ?? '').length)),
  );
  return [head, ...body].map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
