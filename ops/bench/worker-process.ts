import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { configSchema, demoConfig } from '../../protocol/config.ts';
import type { ChildOptions, ChildReport, Duty, SupervisorCommand } from '../../protocol/ipc.ts';
import type { Role } from '../../protocol/roles.ts';
import { packedPackagesFlags, workerHeapFlag } from '../../supervisor/node-arguments.ts';

type ReportOf<Kind extends ChildReport['kind']> = Extract<ChildReport, { kind: Kind }>;

/** Of what it said, kept to tell why it ended. */
const keptCharacters = 4_000;

/**
 * One worker process and its parent's end of the line: each step of its life is asked for singly, and it is known which messages of
 * the bus it holds. What the supervisor decides is left to the caller.
 */
export class WorkerProcess implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** Ack subjects of the messages that it holds. */
  readonly held = new Set<string>();
  output = '';
  readonly #reports = new EventEmitter();
  readonly #past: ChildReport[] = [];

  constructor(role: Exclude<Role, 'sim'>) {
    const entry = fileURLToPath(new URL(`../../workers/${role}/main.ts`, import.meta.url));
    const { limitMb } = configSchema.parse(demoConfig).supervisor;
    this.process = spawn(process.execPath, [workerHeapFlag(limitMb), ...packedPackagesFlags, entry], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.ended = once(this.process, 'exit').then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (data: Buffer) => (this.output = (this.output + data).slice(-keptCharacters)));
    this.process.on('message', (report: ChildReport) => this.#note(report));
    this.#reports.setMaxListeners(0);
  }

  get isAlive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Returns once it is a spare. */
  async initialise(options: ChildOptions): Promise<void> {
    await this.report('registered');
    this.send({ kind: 'initialise', options });
    await this.report('initialised');
  }

  start(duty: Duty): void {
    this.send({ kind: 'start', duty });
  }

  /** The first report of a kind, past or to come, that matches. Throws with its last words when it ends instead. */
  async report<Kind extends ChildReport['kind']>(
    kind: Kind,
    matches: (report: ReportOf<Kind>) => boolean = () => true,
  ): Promise<ReportOf<Kind>> {
    const isIt = (report: ChildReport): report is ReportOf<Kind> =>
      report.kind === kind && matches(report as ReportOf<Kind>);
    const past = this.#past.find(isIt);
    if (past) return past;
    const gone = new AbortController();
    const stop = () => gone.abort();
    this.process.once('exit', stop);
    if (!this.isAlive) stop();
    try {
      for await (const [report] of on(this.#reports, 'report', { signal: gone.signal }) as AsyncIterable<
        [ChildReport]
      >)
        if (isIt(report)) return report;
    } catch (cause) {
      throw new Error(`The worker ended before it said "${kind}": ${this.output}`, { cause });
    } finally {
      this.process.off('exit', stop);
    }
    throw new Error('unreachable');
  }

  send(command: SupervisorCommand): void {
    this.process.send(command);
  }

  /** In the middle of whatever it does; returns what it held. */
  async kill(): Promise<string[]> {
    if (this.isAlive) this.process.kill('SIGKILL');
    await this.ended;
    return [...this.held];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #note(report: ChildReport): void {
    if (report.kind === 'took') for (const ack of report.acks) this.held.add(ack);
    if (report.kind === 'settled') for (const ack of report.acks) this.held.delete(ack);
    // Heartbeats come for ever, and nobody asks for past ones.
    if (report.kind !== 'heartbeat') this.#past.push(report);
    this.#reports.emit('report', report);
  }
}
