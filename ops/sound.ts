import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { errors } from '@nats-io/transport-node';
import { decodeAs, encode } from '../protocol/codec.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import type { AudioAnswer, AudioCommand } from '../protocol/speech.ts';
import { audioCommandSubject } from '../protocol/subjects.ts';
import { homeFolder, openConsoleBus, runningState } from './operator.ts';
import { chooseRoom, readSoundOrder } from './read-sound-order.ts';
import { runCommand } from './run-command.ts';
import { readSounds, roomsOf } from './sounds.ts';

const usage = `npm run sound -- pause [--for 5m] | resume | skip | stop | volume 0.8 | status [--room ID] [--home DIR] [--json]

Tells the sound of a room what to do, at once:
  pause    silence; what was being said goes on where it was. --for 30s, 5m, 2h: it goes on by itself
  resume   ends a pause
  skip     ends what is being said
  stop     ends what is being said and what waits, but for answers to money, and pauses until resumed
  volume   0 (mute) to 2; 1: as synthesised
  status   what is heard now, and on what
Pause and volume outlive restarts. --room is needed only where several rooms are hosted. Exit code 1 when it was not done.`;

const deadlineMs = 3_000;
const againMs = 100;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      for: { type: 'string' },
      room: { type: 'string' },
      home: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const order = readSoundOrder(positionals, values.for);
  const home = homeFolder(values.home);
  const found = runningState(home);
  if (!found.running) throw new Error(found.why);
  const room = chooseRoom(roomsOf(found.state), values.room);
  const answer = await ask(home, found.state, room, { ...order, by: personName() });
  if (values.json) {
    const [sound] = await readSounds(home, found.state, [room]);
    console.log(JSON.stringify({ room, ...answer, ...(sound ? { sound } : {}) }));
  } else if (answer.done) console.log(`${room}: ${answer.text}`);
  else console.error(`${room}: ${answer.text}`);
  return answer.done ? exitCodes.clean : exitCodes.failed;
}

/** Asks again only where nobody can have heard it: a command is carried out once. */
async function ask(
  home: string,
  state: SupervisorState,
  room: string,
  command: AudioCommand,
): Promise<AudioAnswer> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const leftMs = Math.max(1, deadline - Date.now());
    const tried = await tryOnce(home, state, { room, command, timeoutMs: leftMs });
    if ('answer' in tried) return tried.answer;
    if (!tried.again || Date.now() + againMs >= deadline) throw new Error(tried.why, { cause: tried.cause });
    await sleep(againMs);
  }
}

type Tried = { answer: AudioAnswer } | { why: string; again: boolean; cause: unknown };

async function tryOnce(
  home: string,
  state: SupervisorState,
  { room, command, timeoutMs }: { room: string; command: AudioCommand; timeoutMs: number },
): Promise<Tried> {
  let opened;
  try {
    opened = await openConsoleBus(home, state, timeoutMs);
  } catch (cause) {
    return { why: `The bus does not answer; "npm run status" shows more`, again: true, cause };
  }
  await using bus = opened;
  try {
    const request = bus.connection.request(audioCommandSubject(room), encode('command', command), {
      timeout: timeoutMs,
    });
    return { answer: decodeAs('answer', (await request).data) };
  } catch (cause) {
    const isNobody = cause instanceof errors.RequestError && cause.isNoResponders();
    const why = isNobody
      ? `Nobody plays room "${room}" now`
      : `Whoever plays room "${room}" did not answer within ${deadlineMs / 1_000} s; it may still have been done`;
    return { why, again: isNobody, cause };
  }
}

function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
