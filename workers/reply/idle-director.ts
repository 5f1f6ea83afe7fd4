import type { ReplyConfig } from '../../protocol/config.ts';

export interface IdleUtterance {
  /** Id of the script, or `disclosure`. */
  script: string;
  lines: string[];
}

export const disclosureScript = 'disclosure';

/** What an earlier process had said last, so that the show goes on there. */
export interface IdleHistory {
  lastScript: string;
  disclosedAt: number;
}

/** Keeps the show going: scripts in turn, and every so often the sentence that says that the voice is an AI. Pure. */
export class IdleDirector {
  readonly #config: Pick<ReplyConfig, 'idle' | 'disclosure'>;
  #next: number;
  #disclosedAt: number;

  constructor(config: Pick<ReplyConfig, 'idle' | 'disclosure'>, history?: IdleHistory) {
    this.#config = config;
    const last = config.idle.findIndex(({ id }) => id === history?.lastScript);
    this.#next = (last + 1) % config.idle.length;
    this.#disclosedAt = history?.disclosedAt ?? -Infinity;
  }

  next(now: number): IdleUtterance {
    const { disclosure, idle } = this.#config;
    if (disclosure.text !== '' && now - this.#disclosedAt >= disclosure.everyMs) {
      this.#disclosedAt = now;
      return { script: disclosureScript, lines: [disclosure.text] };
    }
    const script = idle[this.#next];
    if (!script) throw new Error('There is no idle script');
    this.#next = (this.#next + 1) % idle.length;
    return { script: script.id, lines: script.lines };
  }
}
