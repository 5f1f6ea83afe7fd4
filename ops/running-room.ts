import { exitCodes } from '../protocol/exit-codes.ts';
import type { SupervisorState } from '../protocol/ipc.ts';
import type { AudioAnswer } from '../protocol/speech.ts';
import { homeFolder, runningState } from './operator.ts';
import { chooseRoom } from './read-sound-order.ts';
import { roomsOf } from './sounds.ts';

export interface RunningShow {
  home: string;
  state: SupervisorState;
}

/** The show that runs in a home. Throws when none does, with why. */
export function findShow(named: string | undefined): RunningShow {
  const home = homeFolder(named);
  const found = runningState(home);
  if (!found.running) throw new Error(found.why);
  return { home, state: found.state };
}

/** The show, and the room that is meant: the only one needs no name. Throws when none is. */
export function findRoom(named: {
  home: string | undefined;
  room: string | undefined;
}): RunningShow & { room: string } {
  const show = findShow(named.home);
  return { ...show, room: chooseRoom(roomsOf(show.state), named.room) };
}

/** Says what a room has answered, for scripts with all that is `known` besides; the exit code. */
export function tellAnswer(room: string, answer: AudioAnswer, json: boolean, known: object = {}): number {
  if (json) console.log(JSON.stringify({ room, ...answer, ...known }));
  else if (answer.done) console.log(`${room}: ${answer.text}`);
  else console.error(`${room}: ${answer.text}`);
  return answer.done ? exitCodes.clean : exitCodes.failed;
}
