import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SpeechFault } from '../../../protocol/simulated-faults.ts';
import { withParentDeath } from '../../../supervisor/parent-death.ts';
import type { FaultChange } from '../../sim/speech/fault-plan.ts';
import type { SpeechState } from '../../sim/speech/speech-state.ts';
import type { SpeechRecord } from '../../sim/speech/truth-log.ts';

export type ServerKind = 'gpt-sovits' | 'openai-speech' | 'cosyvoice';

const answerMs = 10_000;

/** A simulated speech server in a process of its own, so that what it does costs the one that is measured nothing but a core. */
export class ServerProcess implements AsyncDisposable {
  readonly address: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, address: string) {
    this.#process = process;
    this.address = address;
  }

  static async open(kind: ServerKind, args: readonly string[] = []): Promise<ServerProcess> {
    const entry = fileURLToPath(new URL(`../../sim/${kind}/main.ts`, import.meta.url));
    const [program = process.execPath, ...rest] = withParentDeath([process.execPath, entry, ...args]);
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(answerMs) })) as [string];
    lines.close();
    child.stdout.resume();
    const { address } = JSON.parse(line) as { address: string };
    return new ServerProcess(child, address);
  }

  get url(): string {
    return `http://${this.address}`;
  }

  /** The same fault for the coming requests, one each. */
  async next(...faults: SpeechFault[]): Promise<void> {
    await this.change({ next: faults });
  }

  async change(change: FaultChange): Promise<void> {
    const response = await fetch(`${this.url}/sim/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
      signal: AbortSignal.timeout(answerMs),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`The simulated server refuses its faults: ${answer}`);
  }

  async state(): Promise<SpeechState> {
    return (await this.#get('state')) as SpeechState;
  }

  /** All requests that are over, as far as they are remembered. */
  async log(since = 0): Promise<readonly SpeechRecord[]> {
    return ((await this.#get(`log?since=${since}`)) as { log: readonly SpeechRecord[] }).log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** While it refuses connections it cannot tell; then it is asked again. */
  async #get(what: string): Promise<unknown> {
    for (const end = Date.now() + answerMs; ;) {
      try {
        const response = await fetch(`${this.url}/sim/${what}`, { signal: AbortSignal.timeout(answerMs) });
        return await response.json();
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}
