import type { AudioAnswer, AudioCommand } from '../../protocol/speech.ts';
import { audioActions } from '../../protocol/speech.ts';

/** What commands do to the sound of a room; idempotent, all of them. Texts are for people. */
export interface Commanded {
  /** 0: until it is resumed. */
  pause(forMs: number): void;
  /** False: it was not paused. */
  resume(): boolean;
  /** Ends what is being said; its words, or nothing when nothing was. */
  skip(reason: string): string | undefined;
  /** Ends what is being said and what waits, but for what answers money, and pauses; how many utterances. */
  stop(reason: string): number;
  setVolume(volume: number): void;
  /** What is heard now, and on what. */
  describe(): string;
}

/** A week. */
const longestPauseMs = 604_800_000;
const maxNameLength = 64;
const maxWordsLength = 40;

/** Does what a command says, or tells what is wrong with it. It comes from outside: nothing in it is believed. */
export function carryOut(command: AudioCommand, sound: Commanded): AudioAnswer {
  const { action, forMs, volume } = command;
  const by = nameOf(command.by);
  switch (action) {
    case 'pause':
      if (!Number.isSafeInteger(forMs) || forMs < 0 || forMs > longestPauseMs)
        return refused(`A pause is at most ${longestPauseMs} ms long (0: until it is resumed), not ${forMs}`);
      sound.pause(forMs);
      return done(forMs === 0 ? 'paused until it is resumed' : `paused for ${forMs / 1_000} s`);
    case 'resume':
      return done(sound.resume() ? 'resumed' : 'was not paused');
    case 'skip': {
      const words = sound.skip(`skipped by ${by}`);
      return done(words === undefined ? 'nothing is being said' : `skipped "${excerptOf(words)}"`);
    }
    case 'stop': {
      const ended = sound.stop(`stopped by ${by}`);
      return done(
        `stopped, ${ended} ${ended === 1 ? 'utterance' : 'utterances'} ended; paused until it is resumed`,
      );
    }
    case 'volume':
      if (!(volume >= 0 && volume <= 2)) return refused(`A volume is between 0 and 2, not ${volume}`);
      sound.setVolume(volume);
      return done(volume === 0 ? 'muted' : `volume ${volume}`);
    case 'status':
      return done(sound.describe());
    default:
      return refused(
        `There is no command "${excerptOf(String(action satisfies never))}"; there are ${audioActions.join(', ')}`,
      );
  }
}

const done = (text: string): AudioAnswer => ({ done: true, text });
const refused = (text: string): AudioAnswer => ({ done: false, text });

const printable = (text: string): string => text.replaceAll(/\p{C}/gu, ' ').trim();

const nameOf = (by: string): string => printable(by).slice(0, maxNameLength) || 'somebody';

function excerptOf(words: string): string {
  const text = printable(words);
  return text.length > maxWordsLength ? `${text.slice(0, maxWordsLength)}…` : text;
}
