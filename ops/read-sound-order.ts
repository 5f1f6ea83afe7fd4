import type { AudioCommand } from '../protocol/speech.ts';
import { audioActions } from '../protocol/speech.ts';
import { readDuration } from '../supervisor/options.ts';

/** What was asked for on the command line. Throws for what makes no sense; whether it can be done is for whoever plays to say. */
export function readSoundOrder(words: string[], forText: string | undefined): Omit<AudioCommand, 'by'> {
  const [name, value, ...more] = words;
  const action = audioActions.find((each) => each === name);
  if (!action) {
    const got = name === undefined ? '' : `, not "${name}"`;
    throw new Error(`Say one of ${audioActions.join(', ')}${got}; --help tells what they do`);
  }
  if (forText !== undefined && action !== 'pause')
    throw new Error(`--for goes with pause, not with ${action}`);
  const surplus = action === 'volume' ? more[0] : value;
  if (surplus !== undefined) throw new Error(`"${surplus}" is one word too many`);
  return {
    action,
    forMs: forText === undefined ? 0 : readDuration(forText),
    volume: action === 'volume' ? readVolume(value) : 0,
  };
}

/** The room that is meant; throws when it is not hosted, or not clear. */
export function chooseRoom(rooms: string[], named: string | undefined): string {
  const [only] = rooms;
  if (only === undefined) throw new Error('No room is played here');
  if (named === undefined) {
    if (rooms.length === 1) return only;
    throw new Error(`Say which room, with --room: ${rooms.join(', ')}`);
  }
  if (rooms.includes(named)) return named;
  throw new Error(`No room "${named}" is played here; there is ${rooms.join(', ')}`);
}

function readVolume(text: string | undefined): number {
  const volume = Number(text);
  if (text === undefined || text.trim() === '' || !(volume >= 0 && volume <= 2))
    throw new Error(`A volume is a number between 0 and 2${text === undefined ? '' : `, not "${text}"`}`);
  return volume;
}
