import type { ReplyConfig } from '../../protocol/config.ts';

export interface IdleUtterance {
  /** Id of the script, or `disclosure`. */
  script: string;
  lines: string[];
}

export const disclosureScript = 'disclosure';

/**
 * Keeps the show going: scripts in turn, and every so often the sentence that says that the voice is an AI. What another process has
 * said is told to it by `observe`, so that the show goes on there. Pure.
 */
export class IdleDirector {
  readonly #config: Pick<ReplyConfig, 'idle' | 'disclosure'>;
  #next = 0;
  #disclosedAt = -Infinity;

  constructor(config: Pick<ReplyConfig, 'idle' | 'disclosure'>) {
    this.#config = config;
  }

  observe(script: string, at: number): void {
    if (script === disclosureScript) this.#disclosedAt = at;
    else this.#next = (this.#config.idle.findIndex(({ id }) => id === script) + 1) % this.#config.idle.length;
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
