import type { PlaybackState } from '../../protocol/speech.ts';
import type { Logger } from '../logger.ts';
import type { PlaybackFacts } from './playback-state.ts';
import { mayFollow, stateOf } from './playback-state.ts';

export interface PlaybackOptions {
  log: Pick<Logger, 'info' | 'warn'>;
  counters: Record<string, number>;
}

/** The state of a room's sound, frame by frame: each change is logged once and counted as `playback.<state>`. */
export class Playback {
  readonly #options: PlaybackOptions;
  #state: PlaybackState = 'idle';

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  get state(): PlaybackState {
    return this.#state;
  }

  /** True when the state is another now. What should not follow is taken all the same: the facts are what listeners hear. */
  follow(facts: PlaybackFacts): boolean {
    const { log, counters } = this.#options;
    const from = this.#state;
    const to = stateOf(facts);
    if (from === to) return false;
    this.#state = to;
    count(counters, `playback.${to}`);
    if (mayFollow(from, to)) log.info({ from, to }, 'playback');
    else {
      count(counters, 'playback.unexpected');
      log.warn({ from, to, ...facts }, 'playback in a state that should not follow');
    }
    return true;
  }
}

function count(counters: Record<string, number>, name: string): void {
  counters[name] = (counters[name] ?? 0) + 1;
}
