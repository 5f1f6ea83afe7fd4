import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Config } from '../../protocol/config.ts';
import { configSchema } from '../../protocol/config.ts';
import type { ChildOptions, ChildReport, SupervisorCommand } from '../../protocol/ipc.ts';

export interface HostOptions {
  /** Relative to the project's root, such as `workers/tts/main.ts`. */
  entry: string;
  options: ChildOptions;
}

/** The other end of a worker's IPC: what the supervisor does for a child, without what it does when one misbehaves. */
export class HostedChild {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** Everything that it said on stdout and stderr. */
  output = '';
  /** Its figures, as of its last heartbeat. */
  counters: Record<string, number> = {};
  readonly #options: ChildOptions;
  readonly #reports = new EventEmitter();
  readonly #seen: ChildReport[] = [];

  constructor(t: Test, { entry, options }: HostOptions) {
    this.#options = options;
    const path = fileURLToPath(new URL(`../../${entry}`, import.meta.url));
    // Its own options: those of the test runner are not for it.
    this.process = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.ended = once(this.process, 'exit').then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.process.on('message', (report: ChildReport) => {
      // A beat carries only what has changed.
      if (report.kind === 'heartbeat') this.counters = { ...this.counters, ...report.counters };
      else this.#seen.push(report);
      this.#reports.emit('report', report);
    });
    t.teardown(async () => await this.kill());
  }

  /** Takes it through the phases of a start; throws with its output when it ends instead. */
  async start(): Promise<void> {
    await this.waitFor((report) => report.kind === 'registered');
    this.#send({ kind: 'initialise', options: this.#options });
    await this.waitFor((report) => report.kind === 'initialised');
    this.#send({ kind: 'start', duty: { lease: 'test', epoch: 1 } });
    await this.waitFor((report) => report.kind === 'started');
  }

  /** The first report that matches, of those that came or will come. Past heartbeats are forgotten. */
  async waitFor(matches: (report: ChildReport) => boolean): Promise<ChildReport> {
    const seen = this.#seen.find(matches);
    if (seen) return seen;
    const gone = new AbortController();
    const stop = () => gone.abort();
    this.process.once('exit', stop);
    try {
      for await (const [report] of on(this.#reports, 'report', { signal: gone.signal }) as AsyncIterable<
        [ChildReport]
      >) {
        if (matches(report)) return report;
      }
    } catch (cause) {
      throw new Error(`The child ended: ${this.output}`, { cause });
    } finally {
      this.process.off('exit', stop);
    }
    throw new Error('unreachable');
  }

  /** Waits for the heartbeat as of which its figures are so. */
  async waitForCounters(matches: (counters: Record<string, number>) => boolean): Promise<void> {
    await this.waitFor((report) => report.kind === 'heartbeat' && matches(this.counters));
  }

  /** Returns with its next sign of life: the moment to look again at what nobody announces. */
  async nextHeartbeat(): Promise<void> {
    await this.waitFor((report) => report.kind === 'heartbeat');
  }

  /** Tells it to finish, and waits for its end. */
  async drain(
    deadlineMs = 10_000,
    { handOver = false } = {},
  ): Promise<{ code: number | null; signal: string | null }> {
    this.#send({ kind: 'drain', deadlineMs, handOver });
    return await this.ended;
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.ended;
  }

  #send(command: SupervisorCommand): void {
    this.process.send(command);
  }
}

/** Options of a child with a checked configuration: one room, everything else as by default, unless said otherwise. */
export function childOptions(
  given: Partial<Omit<ChildOptions, 'config'>> & { config?: Record<string, unknown> },
): ChildOptions {
  const { config, ...others } = given;
  const room = { id: 'demo', source: { type: 'douyin', webRid: 'demo' } };
  const checked: Config = configSchema.parse({ rooms: [room], supervisor: { heartbeatMs: 50 }, ...config });
  return {
    id: 'tts-1',
    role: 'tts',
    subject: '',
    runId: 'test',
    home: '',
    bus: { servers: [], seed: '', inboxPrefix: '_INBOX_test', credentials: '' },
    previousAddress: '',
    poison: [],
    hurry: false,
    afterDeath: '',
    isTrial: false,
    config: checked,
    ...others,
  };
}
