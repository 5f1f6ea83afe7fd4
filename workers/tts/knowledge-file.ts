import { readFileSync } from 'node:fs';
import type { Logger } from '../logger.ts';
import type { VoiceKnowledge } from './voice-knowledge.ts';
import { writeWhole } from './write-whole.ts';

const saveEveryMs = 60_000;

/** Keeps what was learned of voices over restarts: a voice that is known need not be learned again while listeners wait. Never throws. */
export class KnowledgeFile implements AsyncDisposable {
  readonly #file: string;
  readonly #knowledge: VoiceKnowledge;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #timer: NodeJS.Timeout;
  #written = '';
  #saving: Promise<void> = Promise.resolve();

  constructor({
    file,
    knowledge,
    log,
  }: {
    file: string;
    knowledge: VoiceKnowledge;
    log: Pick<Logger, 'warn'>;
  }) {
    this.#file = file;
    this.#knowledge = knowledge;
    this.#log = log;
    this.#timer = setInterval(() => this.save(), saveEveryMs).unref();
    this.load();
  }

  /** Also what another process has written meanwhile. */
  load(): void {
    try {
      this.#knowledge.read(readFileSync(this.#file, 'utf8'));
    } catch {
      // There is none yet.
    }
  }

  save(): void {
    this.#saving = this.#saving.then(async () => await this.#save());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.save();
    await this.#saving;
  }

  async #save(): Promise<void> {
    const text = this.#knowledge.write();
    if (text === this.#written) return;
    try {
      await writeWhole(this.#file, text);
      this.#written = text;
    } catch (error) {
      this.#log.warn({ err: error, file: this.#file }, 'cannot keep what is known of voices');
    }
  }
}
