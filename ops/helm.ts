import { parseArgs } from 'node:util';
import { encode } from '../protocol/codec.ts';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import type { AudioAnswer, AudioCommand } from '../protocol/speech.ts';
import { audioCommandSubject, replyCommandSubject } from '../protocol/subjects.ts';
import { askRoom, personName } from './ask-room.ts';
import type { HelmOrder } from './read-helm-order.ts';
import { readHelmOrder } from './read-helm-order.ts';
import { runCommand } from './run-command.ts';
import { findRoom, tellAnswer } from './running-room.ts';

const usage = `npm run helm -- pause [--for 5m] [--all] | resume | say TEXT | skip | mute VIEWER [--for 1h] | unmute VIEWER | status
                [--room ID] [--home DIR] [--json]

A person takes over, and gives back:
  pause    no viewer is answered; the script goes on, and what was paid for waits. It ends by itself, after reply.helm.pauseMinutes
           or --for 30s, 5m, 2h. With --all nothing is heard at all, at once
  resume   ends a pause, and what the streamer or a moderator has begun by writing
  say      says this now, before everything else
  skip     ends what is being said
  mute     nothing that this viewer does is answered, until unmuted or for so long; VIEWER is the platform's id
  unmute   ends that
  status   who is at the helm, and what waits
Pauses and mutes outlive restarts. --room is needed only where several rooms are hosted. Exit code 1 when it was not done.`;

const deadlineMs = 3_000;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      for: { type: 'string' },
      all: { type: 'boolean' },
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
  const order = readHelmOrder(positionals, values);
  const { home, state, room } = findRoom({ home: values.home, room: values.room });
  return tellAnswer(room, await carryOut(home, state, room, order), values.json ?? false);
}

/** A pause of everything, and its end, are for whoever plays the room as well: it would fill the silence. */
async function carryOut(
  home: string,
  state: SupervisorState,
  room: string,
  order: HelmOrder,
): Promise<AudioAnswer> {
  const by = personName();
  const askPlayer = async (command: Pick<AudioCommand, 'action' | 'forMs'>) =>
    await askRoom(home, state, {
      what: 'plays',
      room,
      subject: audioCommandSubject(room),
      bytes: encode('command', { ...command, volume: 0, by }),
      deadlineMs,
    });
  const { action, all, forMs } = order;
  if (action === 'skip') return await askPlayer({ action, forMs: 0 });
  const answer = await askRoom(home, state, {
    what: 'hosts',
    room,
    subject: replyCommandSubject(room),
    bytes: encode('helm', { ...order, action, by }),
    deadlineMs,
  });
  const isForPlayer = (action === 'pause' && all) || action === 'resume';
  if (!isForPlayer || !answer.done) return answer;
  // As long as the pause that was begun: the player knows nothing of what is configured for it.
  const pausedMs = forMs || Number(/for (\d+(?:\.\d+)?) s/.exec(answer.text)?.[1] ?? 0) * 1_000;
  const sound = await askPlayer({ action, forMs: action === 'pause' ? pausedMs : 0 });
  return { done: sound.done, text: `${answer.text}; sound ${sound.text}` };
}
