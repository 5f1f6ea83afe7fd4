import type { ChildRecord, LifeEvent } from '../../supervisor/child-record.ts';
import type { Output, RosterEvent } from '../../supervisor/roster-state.ts';
import { SupervisionClock } from '../../supervisor/supervision-clock.ts';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import type { Behaviour } from './behaviour.ts';
import type { Core } from './core.ts';
import { Listeners } from './listeners.ts';
import { PropertyViolation } from './properties.ts';
import type { Surroundings } from './simulated-process.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';
import { Watch } from './watch.ts';

export interface ShellOptions {
  core: Core;
  time: VirtualTime;
  random: SeededRandom;
  trace: Trace;
  /** False once nothing goes wrong any more. */
  stormy: () => boolean;
  behaviourFor: (child: ChildRecord) => Behaviour;
}

interface Waiting {
  /** From whom it comes, when it has to keep its place among what comes from the same; undefined: the end of a process. */
  from: SimulatedProcess | 'outside' | undefined;
  run: () => void;
}

/** The shell around the core, with processes that are simulated: what supervisor.ts, crew.ts and conversation.ts do between the two. */
export class Shell {
  readonly processes = new Set<SimulatedProcess>();
  readonly watch: Watch;
  readonly listeners = new Listeners();
  /** How the bus really is; the core hears of it a little later. */
  busReady = false;
  events = 0;
  readonly #options: ShellOptions;
  readonly #clock = new SupervisionClock(0, 0);
  readonly #around: Surroundings;
  /** By child, until its end was told. */
  readonly #members = new Map<string, SimulatedProcess>();
  readonly #queue: RosterEvent[] = [];
  #handling = false;
  #pid = 100;
  #late: Waiting[] | undefined;

  constructor(options: ShellOptions) {
    this.#options = options;
    const { core, time, stormy } = options;
    this.watch = new Watch({ state: core.state, processes: this.processes, now: () => time.now });
    this.#around = {
      time,
      stormy,
      busReady: () => this.busReady,
      report: (process, event) => this.#reported(process, event),
      ended: (process, exit) => this.#ended(process, exit),
      putOut: (process) => this.listeners.hear(process),
    };
  }

  get isLate(): boolean {
    return this.#late !== undefined;
  }

  /** The clock of all verdicts. */
  get clockNow(): number {
    return this.#clock.read(this.#options.time.now, this.#options.time.now).now;
  }

  /** Processes whose end has not been told. */
  get members(): SimulatedProcess[] {
    return [...this.#members.values()];
  }

  /** The process of a child whose end has not been told. */
  processOf(id: string): SimulatedProcess | undefined {
    return this.#members.get(id);
  }

  tick(): void {
    if (!this.#late) this.handle({ kind: 'tick' });
  }

  /** The supervisor does not run for so long; what came in the meantime is then there all at once. */
  beLate(ms: number): void {
    if (this.#late) return;
    this.#options.trace.add('supervisor', `does not run for ${ms} ms`);
    this.#late = [];
    this.#options.time.after(ms, () => {
      const waiting = this.#shuffled(this.#late ?? []);
      this.#late = undefined;
      this.#options.trace.add('supervisor', `runs again, ${waiting.length} messages wait`);
      for (const { run } of waiting) run();
    });
  }

  /** Something that comes from outside, to be done as soon as the supervisor runs. */
  tell(event: RosterEvent): void {
    this.#receive({ from: 'outside', run: () => this.handle(event) });
  }

  handle(event: RosterEvent): void {
    this.#queue.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#handleOne(next);
    } finally {
      this.#handling = false;
    }
  }

  #handleOne(event: RosterEvent): void {
    const { core, time, random, trace } = this.#options;
    this.events += 1;
    if (event.kind !== 'tick') trace.event(event);
    this.watch.before(event);
    const { now } = this.#clock.read(time.now, time.now);
    let outputs: Output[];
    try {
      outputs = core.handle(event, now, () => random.next());
    } catch (error) {
      throw new PropertyViolation('never-throws', String(error), { cause: error });
    }
    if (outputs.length === 0) return;
    for (const output of outputs) {
      trace.output(output);
      this.watch.output(output, 'child' in output ? this.#members.get(output.child.id) : undefined);
      if (output.kind === 'effect') this.#perform(output);
    }
    this.watch.after();
  }

  #perform({ child, effect }: Extract<Output, { kind: 'effect' }>): void {
    const process = this.#members.get(child.id);
    switch (effect.kind) {
      case 'spawn':
        return this.#spawn(child);
      case 'initialise':
        return process?.initialise();
      case 'start':
        return process?.start(effect.duty);
      case 'drain':
        return process?.drain(effect);
      case 'report':
        return;
      case 'signal':
        return effect.signal === 'SIGKILL' ? process?.kill() : process?.terminate();
    }
  }

  #spawn(child: ChildRecord): void {
    const { time, behaviourFor } = this.#options;
    const { id, generation } = child;
    const behaviour = behaviourFor(child);
    const failed = { kind: 'exited', reason: 'cannot be started', exit: 'failed' } as const;
    if (behaviour.spawn === 'throws') {
      time.after(0, () => this.tell({ kind: 'child', id, generation, event: failed }));
      return;
    }
    const pid = ++this.#pid;
    const process = new SimulatedProcess(child, pid, behaviour, this.#around);
    this.#members.set(id, process);
    this.processes.add(process);
    this.handle({
      kind: 'child',
      id,
      generation,
      event: { kind: 'spawned', pid: behaviour.spawn === 'works' ? pid : 0 },
    });
    if (behaviour.spawn === 'no-pid') time.after(0, () => process.end('failed', 'cannot be started'));
  }

  #reported(process: SimulatedProcess, event: LifeEvent): void {
    const { random, time, core } = this.#options;
    const { id, generation } = process;
    const run = () => {
      if (event.kind === 'started') this.watch.began(process);
      const { busReady } = core.state;
      this.handle({
        kind: 'child',
        id,
        generation,
        event: event.kind === 'heartbeat' ? { ...event, busReady } : event,
      });
    };
    const latencyMs = random.chance(0.95) ? 0.2 : random.whole(1, 40);
    // One pipe: nothing that a process says overtakes what it said before, except its end.
    process.sayAt = Math.max(process.sayAt, time.now + latencyMs);
    time.after(process.sayAt - time.now, () => this.#receive({ from: process, run }));
    if (process.repeats > 0) {
      process.repeats -= 1;
      time.after(process.sayAt - time.now, () => this.#receive({ from: process, run }));
    }
  }

  #ended(
    process: SimulatedProcess,
    exit: Pick<Extract<LifeEvent, { kind: 'exited' }>, 'reason' | 'exit'>,
  ): void {
    const { id, generation } = process;
    this.processes.delete(process);
    const run = () => {
      if (this.#members.get(id) === process) this.#members.delete(id);
      this.handle({ kind: 'child', id, generation, event: { kind: 'exited', ...exit } });
    };
    this.#options.time.after(process.behaviour.exitNoticeMs, () => this.#receive({ from: undefined, run }));
  }

  #receive(waiting: Waiting): void {
    if (this.#late) this.#late.push(waiting);
    else waiting.run();
  }

  /** In any order, but the messages of one process in their own. */
  #shuffled(waiting: Waiting[]): Waiting[] {
    const shuffled = [...waiting];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.#options.random.whole(0, index);
      const [a, b] = [shuffled[index], shuffled[other]];
      if (a && b) [shuffled[index], shuffled[other]] = [b, a];
    }
    const inOrder = Map.groupBy(waiting, ({ from }) => from);
    return shuffled.map((one) => (one.from ? (inOrder.get(one.from)?.shift() ?? one) : one));
  }
}
