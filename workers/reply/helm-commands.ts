import type { AudioAnswer, HelmCommand } from '../../protocol/speech.ts';
import { helmActions } from '../../protocol/speech.ts';

/** What commands do to the replies of a room; idempotent, all but `say`. Texts are for people. */
export interface Helmed {
  pause(forMs: number, options: { all: boolean; by: string }): void;
  /** False: nothing was paused. */
  resume(): boolean;
  /** Says it at once; why not, or undefined. */
  say(text: string): Promise<string | undefined>;
  mute(viewer: string, forMs: number, by: string): void;
  /** False: the viewer was not muted. */
  unmute(viewer: string): boolean;
  describe(): string;
}

/** A week. */
const longestMs = 604_800_000;
const maxNameLength = 64;
const maxTextLength = 500;

/** Does what a command says, or tells what is wrong with it. It comes from outside: nothing in it is believed. */
export async function carryOut(
  command: HelmCommand,
  room: Helmed,
  { pauseMinutes }: { pauseMinutes: number },
): Promise<AudioAnswer> {
  const { action, all } = command;
  const by = printable(command.by).slice(0, maxNameLength) || 'somebody';
  const viewer = command.viewer.trim();
  const isLength = Number.isSafeInteger(command.forMs) && command.forMs >= 0 && command.forMs <= longestMs;
  switch (action) {
    case 'pause': {
      if (!isLength) return refused(`A pause is at most ${longestMs} ms long, not ${command.forMs}`);
      const forMs = command.forMs || pauseMinutes * 60_000;
      room.pause(forMs, { all, by });
      const what = all ? 'replies and script paused' : 'replies paused, the script goes on';
      return done(`${what}; for ${forMs / 1_000} s, or until resumed`);
    }
    case 'resume':
      return done(room.resume() ? 'resumed' : 'was not paused');
    case 'say': {
      const text = printable(command.text);
      if (text === '') return refused('There is nothing to say');
      if (text.length > maxTextLength)
        return refused(`At most ${maxTextLength} characters can be said at once, not ${text.length}`);
      const problem = await room.say(text);
      return problem === undefined ? done(`says "${text}"`) : refused(problem);
    }
    case 'mute':
      if (!isLength) return refused(`A viewer is muted for at most ${longestMs} ms, not ${command.forMs}`);
      if (viewer === '' || viewer.length > maxNameLength) return refused(noViewer);
      room.mute(viewer, command.forMs, by);
      return done(
        `${viewer} is muted ${command.forMs === 0 ? 'until unmuted' : `for ${command.forMs / 1_000} s`}`,
      );
    case 'unmute':
      if (viewer === '' || viewer.length > maxNameLength) return refused(noViewer);
      return done(room.unmute(viewer) ? `${viewer} is muted no more` : `${viewer} was not muted`);
    case 'status':
      return done(room.describe());
    default:
      return refused(
        `There is no command "${printable(String(action satisfies never)).slice(0, maxNameLength)}"; there are ${helmActions.join(', ')}`,
      );
  }
}

const noViewer = 'Say which viewer, by the id that the platform gives; "npm run inspect -- --json" shows it';
const done = (text: string): AudioAnswer => ({ done: true, text });
const refused = (text: string): AudioAnswer => ({ done: false, text });
const printable = (text: string): string => text.replaceAll(/\p{C}/gu, ' ').trim();
