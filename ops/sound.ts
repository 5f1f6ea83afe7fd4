import { parseArgs } from 'node:util';
import { encode } from '../protocol/codec.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import { audioCommandSubject } from '../protocol/subjects.ts';
import { askRoom, personName } from './ask-room.ts';
import { readSoundOrder } from './read-sound-order.ts';
import { runCommand } from './run-command.ts';
import { findRoom, tellAnswer } from './running-room.ts';
import { readSounds } from './sounds.ts';

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
  const { home, state, room } = findRoom({ home: values.home, room: values.room });
  const ask = { what: 'plays', subject: audioCommandSubject(room), room, deadlineMs };
  const bytes = encode('command', { ...order, by: personName() });
  const answer = await askRoom(home, state, { ...ask, bytes });
  if (!values.json) return tellAnswer(room, answer, false);
  const [sound] = await readSounds(home, state, [room]);
  return tellAnswer(room, answer, true, sound ? { sound } : {});
}
