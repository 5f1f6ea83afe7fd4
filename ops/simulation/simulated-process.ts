import type { Duty } from '../../protocol/ipc.ts';
import type { ChildRecord, LifeEvent } from '../../supervisor/child-record.ts';
import type { ChildSpec } from '../../supervisor/child-spec.ts';
import type { ExitClass } from '../../supervisor/exit-class.ts';
import type { Behaviour, Phase } from './behaviour.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a process can reach of the world around it. */
export interface Surroundings {
  time: VirtualTime;
  /** False from the moment on at which nothing goes wrong any more. */
  stormy: () => boolean;
  busReady: () => boolean;
  report: (process: SimulatedProcess, event: LifeEvent) => void;
  ended: (process: SimulatedProcess, exit: { reason: string; exit: ExitClass }) => void;
  /** Something that listeners hear, unless its epoch is over. */
  putOut: (process: SimulatedProcess) => void;
}

const heartbeatMs = 500;
/** A freeze that may be mistaken for a hang: with the time between two beats and a late supervisor it reaches the deadline. */
const longFreezeMs = 1_300;
/** In time by every configuration. */
const surelyReadyMs = 4_000;
/** Its end has to be seen in time by a supervisor that may be half a second late. */
const drainSlackMs = 700;

/** A child's process as the supervisor meets it: what it says, when, and what it does when it is told something. */
export class SimulatedProcess {
  readonly id: string;
  readonly spec: ChildSpec;
  readonly generation: number;
  readonly edition: number;
  readonly pid: number;
  readonly behaviour: Behaviour;
  alive = true;
  duty: Duty | undefined;
  /** It puts nothing out any more. */
  yielded = false;
  /** When it became ready; undefined: it never was. */
  readyAt: number | undefined;
  /** Something happened to it for which it may be ended. */
  suspect = false;
  /** Something happened to it that may make it miss the end of a drain. */
  slow = false;
  /** Its heart does not beat, and yet it speaks. */
  heartless = false;
  /** It has work in hand and finishes nothing. */
  stalled = false;
  /** Until then it does not find the bus. */
  cutOffUntil = -Infinity;
  /** Its next messages come twice. */
  repeats = 0;
  /** When the last thing that it said arrives. */
  sayAt = 0;
  readonly #around: Surroundings;
  #frozen = false;
  #thawedAt = -Infinity;
  #phase: Phase = 'boot';
  #connectedAt = 0;
  #termed = false;
  #killed = false;
  /** What it would have done while it was frozen. */
  #deferred: (() => void)[] = [];

  constructor(child: ChildRecord, pid: number, behaviour: Behaviour, around: Surroundings) {
    this.id = child.id;
    this.spec = child.spec;
    this.generation = child.generation;
    this.edition = child.edition;
    this.pid = pid;
    this.behaviour = behaviour;
    this.#around = around;
    if (behaviour.initialiseMs > surelyReadyMs) this.suspect = true;
    this.#enter('boot');
    this.#later(behaviour.registerMs, () => this.#report({ kind: 'registered' }));
  }

  /** It has its duty and may put something out. */
  get mayPutOut(): boolean {
    return this.alive && this.duty !== undefined && !this.yielded;
  }

  /** What is wrong with it is not over: it will be found out, ends by itself, or has ended without anybody knowing. */
  get ails(): boolean {
    const { now } = this.#around.time;
    const isStalled = this.stalled && this.duty !== undefined;
    return (
      !this.alive ||
      this.#frozen ||
      this.heartless ||
      isStalled ||
      now < Math.max(this.cutOffUntil, this.#thawedAt) + 3_000
    );
  }

  initialise(): void {
    this.#enter('initialise');
    this.#later(this.behaviour.initialiseMs, () => {
      this.readyAt = this.#around.time.now;
      this.#report({
        kind: 'initialised',
        address: this.spec.role === 'sim' ? `${this.id}:${this.pid}` : '',
      });
      this.#later(heartbeatMs, () => this.#beat());
    });
  }

  start(duty: Duty): void {
    this.duty = duty;
    this.#enter('start');
    this.#later(this.behaviour.startMs, () => {
      if (this.#phase !== 'start') return;
      this.#enter('run');
      this.#report({ kind: 'started' });
      this.#speak();
    });
  }

  drain({ deadlineMs, handOver }: { deadlineMs: number; handOver: boolean }): void {
    const { ignoresDrain, yieldMs, drainMs } = this.behaviour;
    const neededMs = Math.max(drainMs, handOver ? yieldMs : 0) + drainSlackMs;
    if (ignoresDrain || neededMs > deadlineMs) this.slow = true;
    if (ignoresDrain) return;
    this.#later(1, () => {
      if (this.#phase === 'drain') return;
      this.#enter('drain');
      if (handOver)
        this.#later(yieldMs, () => {
          this.#speak();
          this.yielded = true;
          this.#report({ kind: 'yielded' });
        });
      this.#later(Math.max(drainMs, handOver ? yieldMs : 0), () => this.end('clean', 'ended with code 0'));
    });
  }

  terminate(): void {
    if (this.#termed || this.behaviour.ignoresTerm) return;
    this.#termed = true;
    this.#later(this.behaviour.termMs, () => this.end('failed', 'ended by SIGTERM'));
  }

  kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    this.#around.time.after(this.behaviour.unkillableMs + 2, () => this.end('killed', 'ended by SIGKILL'));
  }

  /** It does nothing for so long, and then everything that it would have done. */
  freeze(ms: number): void {
    if (ms >= longFreezeMs || this.#phase === 'boot' || this.#phase === 'initialise') this.suspect = true;
    this.slow = true;
    if (this.#frozen) return;
    this.#frozen = true;
    if (ms === Infinity) return;
    this.#around.time.after(ms, () => {
      if (!this.alive) return;
      this.#frozen = false;
      this.#thawedAt = this.#around.time.now;
      const deferred = this.#deferred;
      this.#deferred = [];
      for (const run of deferred) if (this.alive) run();
    });
  }

  end(exit: ExitClass, reason: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#around.ended(this, { reason, exit });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    const { fails } = this.behaviour;
    if (fails?.in !== phase) return;
    if (fails.how === 'hangs') this.suspect = true;
    this.#later(fails.afterMs, () => {
      if (this.#phase !== phase || !this.#around.stormy()) return;
      if (fails.how === 'hangs') this.freeze(Infinity);
      else this.end(fails.how, `ended by itself: ${fails.how}`);
    });
  }

  #beat(): void {
    const { time, busReady } = this.#around;
    const { now } = time;
    const reaches = busReady() && now >= this.cutOffUntil;
    if (!reaches) this.#connectedAt = Infinity;
    else if (this.#connectedAt === Infinity) this.#connectedAt = now + this.behaviour.reconnectMs;
    if (!this.heartless) {
      const lastProgressAt = this.stalled ? 1 : now;
      const inFlight = this.stalled ? 1 : this.pid % 3;
      const connected = reaches && now >= this.#connectedAt;
      // The supervisor adds what it knows of the bus.
      this.#report({ kind: 'heartbeat', inFlight, lastProgressAt, connected, busReady: true });
    }
    this.#speak();
    this.#later(heartbeatMs, () => this.#beat());
  }

  #speak(): void {
    if (this.mayPutOut) this.#around.putOut(this);
  }

  #report(event: LifeEvent): void {
    this.#around.report(this, event);
  }

  #later(ms: number, run: () => void): void {
    this.#around.time.after(ms, () => {
      if (!this.alive) return;
      if (this.#frozen) this.#deferred.push(run);
      else run();
    });
  }
}
