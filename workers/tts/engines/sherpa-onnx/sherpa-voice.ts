import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EngineError } from '../../endpoint.ts';
import type { SherpaPackage } from './find-sherpa.ts';
import type { SherpaOrder, SherpaReport } from './sherpa-messages.ts';

const file = new URL('sherpa-process.ts', import.meta.url);
/** All that it needs to know of ours; secrets stand in the environment. */
const inherited = ['PATH', 'HOME', 'SystemRoot', 'TEMP'];

/** What it complains of first, once asked, is the reason when it ends by itself. */
const maxComplaint = 300;

/** The process with the model: one order at a time. Native code cannot be interrupted, so an order that is given up ends the process. */
export class SherpaVoice implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended = Promise.withResolvers<void>();
  #answer: PromiseWithResolvers<SherpaReport> | undefined;
  #complaint = '';
  #hasEnded = false;

  constructor({ environment }: SherpaPackage) {
    const own = Object.fromEntries(inherited.map((name) => [name, process.env[name]]));
    this.#process = fork(file, {
      env: { ...own, ...environment },
      execArgv: [],
      // Samples cross as they are, not as JSON.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.#complaint = (this.#complaint + piece).slice(0, maxComplaint);
    });
    this.#process.on('message', (report: SherpaReport) => this.#answer?.resolve(report));
    this.#process.once('error', (error) => this.#end(error.message));
    this.#process.once('close', (code, signal) => this.#end(signal ?? `code ${code}`));
  }

  /** Or is about to: it takes no more orders. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Throws EngineError, or the signal's reason: then the process ends. */
  async ask(
    order: SherpaOrder,
    { totalMs, signal }: { totalMs: number; signal: AbortSignal },
  ): Promise<SherpaReport> {
    const answer = Promise.withResolvers<SherpaReport>();
    this.#answer = answer;
    this.#complaint = '';
    const stop = () => this.#giveUp(signal.reason);
    const timer = setTimeout(
      () => this.#giveUp(new EngineError('total-timeout', `not done within ${totalMs} ms`)),
      totalMs,
    );
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    else if (this.#hasEnded) answer.reject(ended('before it was asked'));
    else this.#process.send(order, (error) => error && answer.reject(ended(error.message)));
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#answer = undefined;
    }
  }

  /** Returns when the process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#giveUp(ended('it was told to'));
    await this.#ended.promise;
  }

  #giveUp(reason: unknown): void {
    this.#hasEnded = true;
    this.#process.kill('SIGKILL');
    this.#answer?.reject(reason);
  }

  #end(how: string): void {
    this.#hasEnded = true;
    this.#ended.resolve();
    const complaint = this.#complaint.replaceAll(/\s+/g, ' ').trim();
    this.#answer?.reject(ended(complaint === '' ? how : `${how}: ${complaint}`));
  }
}

function ended(how: string): EngineError {
  return new EngineError('cut-off', `the process with the model ended: ${how}`);
}
