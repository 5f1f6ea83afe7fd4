import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { NotOursError, decodeAs, encode } from '../protocol/codec.ts';
import type { Bodies } from '../protocol/codec.ts';
import type { AudioAnswer } from '../protocol/speech.ts';
import { delay } from './delay.ts';
import type { OutputDuty } from './duty.ts';
import type { Logger } from './logger.ts';

/** Bodies that ask for something. */
export type CommandName = 'command' | 'helm';

export interface CommandDeskOptions<Name extends CommandName> {
  /** Where it listens, and for what. */
  subject: string;
  type: Name;
  /** Those that there are, for counting. */
  actions: readonly string[];
  connection: Pick<NatsConnection, 'subscribe'>;
  duty: OutputDuty;
  carryOut: (command: Bodies[Name]) => AudioAnswer | Promise<AudioAnswer>;
  counters: Record<string, number>;
  log: Pick<Logger, 'info' | 'warn'>;
  signal: AbortSignal;
}

/** Who asks waits for 3 s. */
const doubtMs = 2_000;
const maxWaiting = 32;
const againMs = { first: 1_000, most: 60_000 };

/**
 * Answers the commands for a room, for as long as its worker has it. One that may have been replaced without knowing it does nothing
 * until it is certain, and nothing at all when that takes longer than anybody waits for the answer.
 */
export class CommandDesk<Name extends CommandName> {
  readonly #options: CommandDeskOptions<Name>;
  #waiting = 0;

  constructor(options: CommandDeskOptions<Name>) {
    this.#options = options;
  }

  /** Until the signal says stop; never rejects. */
  async run(): Promise<void> {
    const { subject, connection, signal, log } = this.#options;
    for (let again = againMs.first; !signal.aborted; again = Math.min(2 * again, againMs.most)) {
      const { promise, resolve } = Promise.withResolvers<Error | undefined>();
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => (error ? resolve(error) : void this.#take(message)),
      });
      void subscription.closed.then(() => resolve(undefined));
      const stop = () => resolve(undefined);
      signal.addEventListener('abort', stop, { once: true });
      const error = await promise;
      signal.removeEventListener('abort', stop);
      subscription.unsubscribe();
      if (signal.aborted) return;
      log.warn({ err: error }, 'cannot hear commands, trying again');
      await delay(again, signal);
    }
  }

  async #take(message: Msg): Promise<void> {
    const { duty, log } = this.#options;
    if (!duty.isCertain && !(await this.#becomesCertain())) return this.#count('doubtful');
    let answer: AudioAnswer;
    try {
      answer = await this.#carryOut(message);
    } catch (error) {
      this.#count(error instanceof NotOursError ? 'refused' : 'failed');
      log.warn({ err: error, bytes: message.data.byteLength }, 'a command that could not be carried out');
      answer = {
        done: false,
        text: error instanceof NotOursError ? error.message : 'This failed; see the log',
      };
    }
    if (message.reply) message.respond(encode('answer', answer, duty.current));
  }

  async #carryOut(message: Msg): Promise<AudioAnswer> {
    const { type, actions } = this.#options;
    const command: Bodies[CommandName] = decodeAs(type, message.data);
    this.#count(actions.includes(command.action) ? command.action : 'unknown');
    const answer = await this.#options.carryOut(command as Bodies[Name]);
    this.#options.log.info({ ...command, ...answer }, 'command');
    return answer;
  }

  async #becomesCertain(): Promise<boolean> {
    const { duty, signal } = this.#options;
    if (this.#waiting >= maxWaiting) return false;
    this.#waiting += 1;
    const waiting = new AbortController();
    const late = delay(doubtMs, AbortSignal.any([signal, waiting.signal])).then(() => false);
    try {
      return await Promise.race([duty.certain().then(() => true), late]);
    } catch {
      // Only when the signal says stop.
      return false;
    } finally {
      this.#waiting -= 1;
      waiting.abort();
    }
  }

  #count(what: string): void {
    const { counters } = this.#options;
    const name = `commands.${what}`;
    counters[name] = (counters[name] ?? 0) + 1;
  }
}
