import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ChildState, SupervisorState } from '../../protocol/ipc.ts';
import type { Role } from '../../protocol/roles.ts';
import { withParentDeath } from '../../supervisor/parent-death.ts';
import { readState } from '../../supervisor/state-file.ts';
import { delay } from '../../workers/delay.ts';
import { project } from '../operator.ts';
import { SimRoom } from './sim-room.ts';

export interface ShowOptions {
  home: string;
  config: object;
  /** Ids of the rooms in the configuration. */
  rooms: string[];
  /** Ends the waiting for the show to begin. */
  signal: AbortSignal;
  /** What the supervisor says. */
  onLine: (line: string) => void;
}

const startMs = 120_000;
const stopMs = 45_000;
const lookEveryMs = 20;
const keptLines = 100;

/** A supervisor that really runs, with everything under it, seen and driven from outside. */
export class Show implements AsyncDisposable {
  readonly home: string;
  readonly rooms: string[];
  /** Unix milliseconds. */
  onAirAt = 0;
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #disposed = new AbortController();
  readonly #lines: string[] = [];
  #exit: { code: number | null } | undefined;

  private constructor({ home, rooms, onLine }: ShowOptions, configFile: string) {
    this.home = home;
    this.rooms = rooms;
    const args = [join(project, 'supervisor/main.ts'), '--home', home, '--config', configFile];
    // A terminal's Ctrl-C reaches a whole group: the order to stop shall come from here alone.
    const [program, ...rest] = withParentDeath([process.execPath, ...args]);
    this.#process = spawn(program ?? process.execPath, rest, {
      cwd: project,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = Promise.withResolvers<number | null>();
    this.#ended = exited.promise;
    const end = (code: number | null) => {
      this.#exit ??= { code };
      exited.resolve(code);
    };
    this.#process.once('exit', end);
    this.#process.once('error', () => end(null));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (!stream) continue;
      createInterface(stream).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > keptLines) this.#lines.shift();
        onLine(line);
      });
    }
  }

  /** Starts it and waits until it is on air; throws with what the supervisor said when that does not come. */
  static async start(options: ShowOptions): Promise<Show> {
    mkdirSync(options.home, { recursive: true });
    const file = join(options.home, 'onair.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(options.config, null, 2));
    const show = new Show(options, file);
    const isOnAir = () => show.state?.state === 'on-air';
    if (!(await show.until(isOnAir, { withinMs: startMs, signal: options.signal }))) {
      await show[Symbol.asyncDispose]();
      if (options.signal.aborted) throw options.signal.reason;
      throw new Error(`The show did not go on air. The supervisor said:\n${show.#lines.join('\n')}`);
    }
    show.onAirAt = Date.now();
    return show;
  }

  /** Nothing before the first was written. */
  get state(): SupervisorState | undefined {
    return readState(this.home);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The supervisor's exit code, once it has ended. */
  get exit(): { code: number | null } | undefined {
    return this.#exit;
  }

  childrenOf(role: Role): ChildState[] {
    return (this.state?.children ?? []).filter((child) => child.role === role);
  }

  child(id: string): ChildState | undefined {
    return this.state?.children.find((child) => child.id === id);
  }

  /** The simulated room behind a room. */
  simulator(room: string): SimRoom {
    return new SimRoom({
      address: () => this.child(`sim-${room}`)?.address ?? '',
      signal: this.#disposed.signal,
    });
  }

  /** Waits until something holds, looking again and again; false when it does not come, or the supervisor ends meanwhile. */
  async until(
    holds: () => boolean | Promise<boolean>,
    { withinMs, signal }: { withinMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    const all = AbortSignal.any([signal, this.#disposed.signal]);
    const deadline = performance.now() + withinMs;
    while (!all.aborted && !this.#exit && performance.now() < deadline) {
      if (await holds()) return true;
      await delay(lookEveryMs, all);
    }
    return false;
  }

  /** Stops it in order; its exit code, null when it had to be killed. */
  async stop(): Promise<number | null> {
    if (!this.#exit) this.#process.kill('SIGTERM');
    const waiting = new AbortController();
    await Promise.race([this.#ended, delay(stopMs, waiting.signal)]);
    waiting.abort();
    this.kill();
    return await this.#ended;
  }

  /** At once. The kernel ends what it had started. */
  kill(): void {
    if (!this.#exit) this.#process.kill('SIGKILL');
  }

  /** Resolves when the supervisor ends, however it does. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new Error('The show is over'));
    await this.stop();
  }
}
