import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildState, SupervisorState } from '../../protocol/ipc.ts';
import type { Role } from '../../protocol/roles.ts';
import { readState } from '../../supervisor/state-file.ts';
import { delay } from '../../workers/delay.ts';
import type { Span } from './longest-silence.ts';
import { readRoomAddress } from './room-address.ts';
import { SimRoom } from './sim-room.ts';
import { SupervisorProcess } from './supervisor-process.ts';

export interface ShowOptions {
  home: string;
  config: object;
  /** Ids of the rooms in the configuration. */
  rooms: string[];
  /** Added to the environment of everything in the show. */
  environment?: Record<string, string>;
  /** Ends the waiting for the show to begin. */
  signal: AbortSignal;
  /** What the supervisor says. */
  onLine: (line: string) => void;
}

const startMs = 120_000;
const stopMs = 45_000;
const lookEveryMs = 10;

/** A supervisor that really runs, with everything under it, seen and driven from outside. */
export class Show implements AsyncDisposable {
  readonly home: string;
  readonly rooms: string[];
  /** Unix milliseconds, of the first time. */
  onAirAt = 0;
  /** Stretches in which it was not on air since then, because its supervisor had been killed. */
  readonly offAir: Span[] = [];
  /** Of supervisors that nobody had killed, one sentence each. */
  readonly deaths: string[] = [];
  readonly #options: ShowOptions;
  readonly #configFile: string;
  readonly #disposed = new AbortController();
  #life: SupervisorProcess;
  /** Between two lives, which is no end. */
  #killedAt: number | undefined;

  private constructor(options: ShowOptions, configFile: string) {
    this.home = options.home;
    this.rooms = options.rooms;
    this.#options = options;
    this.#configFile = configFile;
    this.#life = this.#begin();
  }

  /** Starts it and waits until it is on air; throws with what the supervisor said when that does not come. */
  static async start(options: ShowOptions): Promise<Show> {
    mkdirSync(options.home, { recursive: true });
    const file = join(options.home, 'onair.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(options.config, null, 2));
    const show = new Show(options, file);
    if (!(await show.until(() => show.isOnAir, { withinMs: startMs, signal: options.signal }))) {
      await show[Symbol.asyncDispose]();
      if (options.signal.aborted) throw options.signal.reason;
      throw new Error(`The show did not go on air. The supervisor said:\n${show.#life.lines.join('\n')}`);
    }
    show.onAirAt = Date.now();
    return show;
  }

  /** Nothing before the first was written. */
  get state(): SupervisorState | undefined {
    return readState(this.home);
  }

  /** By this life of the supervisor, not by what an earlier one left. */
  get isOnAir(): boolean {
    const { state } = this;
    return state?.state === 'on-air' && state.pid === this.pid;
  }

  get pid(): number {
    return this.#life.pid;
  }

  /** The supervisor's exit code, once it has ended for good. */
  get exit(): { code: number | null } | undefined {
    return this.#killedAt === undefined ? this.#life.exit : undefined;
  }

  childrenOf(role: Role): ChildState[] {
    return (this.state?.children ?? []).filter((child) => child.role === role);
  }

  /** The simulated room behind a room. */
  simulator(room: string): SimRoom {
    return new SimRoom({ address: () => readRoomAddress(this.home, room), signal: this.#disposed.signal });
  }

  /** Waits until something holds, looking again and again; false when it does not come, or the supervisor ends meanwhile. */
  async until(
    holds: () => boolean | Promise<boolean>,
    { withinMs, signal }: { withinMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    const all = AbortSignal.any([signal, this.#disposed.signal]);
    const deadline = performance.now() + withinMs;
    while (!all.aborted && !this.exit && performance.now() < deadline) {
      if (await holds()) return true;
      await delay(lookEveryMs, all);
    }
    return false;
  }

  /** Ends the supervisor without a word, and waits until its process is gone. The show is off air until `startAgain`. */
  async killSupervisor(): Promise<void> {
    this.#killedAt = Date.now();
    this.#life.signal('SIGKILL');
    await this.#life.ended;
  }

  /** Another supervisor on the same home. */
  startAgain(): void {
    if (!this.#disposed.signal.aborted) this.#life = this.#begin();
  }

  /** What somebody would do whose supervisor has ended by itself: starts another. False when that one does not come on air either. */
  async revive(signal: AbortSignal): Promise<boolean> {
    if (!this.exit) return true;
    this.deaths.push(`the supervisor ended by itself (exit code ${this.exit.code ?? 'none'})`);
    this.#killedAt = Date.now();
    this.startAgain();
    const isBack = () => this.isOnAir || this.#life.exit !== undefined;
    await this.until(isBack, { withinMs: startMs, signal });
    this.endOffAir();
    return this.isOnAir;
  }

  /** It is on air once more, so that its end would be one. */
  endOffAir(): void {
    if (this.#killedAt !== undefined) this.offAir.push({ fromMs: this.#killedAt, toMs: Date.now() });
    this.#killedAt = undefined;
  }

  /** Stops it in order; its exit code, null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#life.signal('SIGTERM');
    const waiting = new AbortController();
    await Promise.race([this.#life.ended, delay(stopMs, waiting.signal)]);
    waiting.abort();
    this.kill();
    return await this.#life.ended;
  }

  /** At once. The kernel ends what it had started. */
  kill(): void {
    this.#life.signal('SIGKILL');
  }

  /** Resolves when the supervisor ends, however it does. */
  async ended(): Promise<void> {
    await this.#life.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new Error('The show is over'));
    await this.stop();
  }

  #begin(): SupervisorProcess {
    const { environment = {}, onLine } = this.#options;
    return new SupervisorProcess({ home: this.home, configFile: this.#configFile, environment, onLine });
  }
}
