import type { Clock } from './clock.ts';

/** Somebody else gave a good sound first; no fault of the one that is stopped. */
export class LostRaceError extends Error {
  override name = 'LostRaceError';
  readonly code = 'lost-race';
  /** Why another was asked as well, if it was for that: it had said nothing for so long, or had begun and was not whole so long after. */
  readonly spent: Spent | undefined;

  constructor(message: string, spent?: Spent) {
    super(message);
    this.spent = spent;
  }
}

export interface Spent {
  kind: 'quiet' | 'slow';
  afterMs: number;
}

export interface ContenderHooks {
  /** It was sent: its patience begins. Before, it waits in a queue of ours. */
  sent: () => void;
  /** Its first byte is there: it is waited for, for as long as a whole sound may take. */
  heard: () => void;
}

/** One that runs for the prize. */
export interface Contender<Prize> {
  /** How long it may say nothing before another is asked as well; Infinity: as long as it likes. */
  patienceMs: number;
  /** The same for the time before it is sent. */
  queueMs: number;
  /** And for the time from the first byte to the last: one that dribbles is no better than one that is quiet. */
  slowMs: number;
  /** The prize, or undefined when it failed; never throws. Told to stop, it need not end: nobody waits for it. */
  run(signal: AbortSignal, hooks: ContenderHooks): Promise<Prize | undefined>;
}

export type Next<Prize> =
  { kind: 'run'; contender: Contender<Prize> } | { kind: 'wait'; waitMs: number } | { kind: 'none' };

export interface RaceOptions<Prize> {
  /** Who runs next; see `Why` of the ladder. */
  next: (why: 'first' | 'failed' | 'quiet' | 'late') => Next<Prize>;
  /** How many may run because others are quiet. */
  most: number;
  /** After so long `next('late')` is asked once, whoever runs. */
  lateAfterMs: number;
  clock: Clock;
  signal: AbortSignal;
}

interface Runner {
  controller: AbortController;
  isSent: boolean;
  isHeard: boolean;
  /** When it has been quiet, or slow, for too long; Infinity once somebody else was asked for that. */
  quietAt: number;
  /** What its time ran out with first; not told of the time in a queue of ours. */
  spent: Spent | undefined;
  patienceMs: number;
  slowMs: number;
}

/**
 * Lets one run; another as well when it fails, or when nothing has been heard of it for as long as its patience lasts. The first
 * prize wins and the others are told to stop. Undefined when nobody is left; throws the signal's reason when it says stop.
 */
export async function race<Prize>(options: RaceOptions<Prize>): Promise<Prize | undefined> {
  return await new Race(options).run();
}

class Race<Prize> {
  readonly #options: RaceOptions<Prize>;
  readonly #runners = new Set<Runner>();
  readonly #ended: { runner: Runner; prize: Prize | undefined }[] = [];
  readonly #lateAt: number;
  #isLate = false;
  /** When the next one is asked for after a failure; Infinity: nobody failed, or nobody is left. */
  #nextAt = Infinity;
  #wake = Promise.withResolvers<void>();

  constructor(options: RaceOptions<Prize>) {
    this.#options = options;
    this.#lateAt = options.clock.now() + options.lateAfterMs;
  }

  async run(): Promise<Prize | undefined> {
    const { signal } = this.#options;
    const wake = () => this.#wake.resolve();
    signal.addEventListener('abort', wake);
    try {
      signal.throwIfAborted();
      this.#start('first');
      for (;;) {
        const prize = this.#takeEnded();
        if (prize !== undefined) return prize;
        signal.throwIfAborted();
        this.#startDue();
        if (this.#runners.size === 0 && this.#nextAt === Infinity) return undefined;
        await this.#sleep();
      }
    } finally {
      signal.removeEventListener('abort', wake);
      for (const runner of this.#runners) {
        this.#judgeTime(runner);
        const lost = new LostRaceError('another was faster', runner.spent);
        runner.controller.abort(signal.aborted ? signal.reason : lost);
      }
    }
  }

  #takeEnded(): Prize | undefined {
    for (const { runner, prize } of this.#ended.splice(0)) {
      this.#runners.delete(runner);
      if (prize !== undefined) return prize;
      const isHeard = this.#runners.values().some(({ isHeard }) => isHeard);
      if (!isHeard) this.#nextAt = Math.min(this.#nextAt, this.#options.clock.now());
    }
    return undefined;
  }

  #startDue(): void {
    const { clock, most } = this.#options;
    const now = clock.now();
    if (now >= this.#lateAt && !this.#isLate) {
      this.#isLate = true;
      this.#start('late');
    }
    if (now >= this.#nextAt) this.#start('failed');
    if (this.#runners.size < most && now >= this.#quietAt()) {
      for (const runner of this.#runners) {
        if (now < runner.quietAt) continue;
        this.#judgeTime(runner);
        runner.quietAt = Infinity;
        // What had begun, and does not come to an end, keeps nobody else back any more.
        runner.isHeard = false;
      }
      this.#start('quiet');
    }
  }

  #judgeTime(runner: Runner): void {
    const { isSent, isHeard, quietAt, patienceMs, slowMs } = runner;
    if (!isSent || this.#options.clock.now() < quietAt) return;
    runner.spent ??= isHeard ? { kind: 'slow', afterMs: slowMs } : { kind: 'quiet', afterMs: patienceMs };
  }

  /** When there is reason to ask another although nobody failed. */
  #quietAt(): number {
    const runners = [...this.#runners];
    const heard = runners.filter(({ isHeard }) => isHeard);
    return Math.min(Infinity, ...(heard.length > 0 ? heard : runners).map(({ quietAt }) => quietAt));
  }

  #start(why: 'first' | 'failed' | 'quiet' | 'late'): void {
    const next = this.#options.next(why);
    if (why === 'first' || why === 'failed') this.#nextAt = Infinity;
    if (next.kind === 'wait') this.#nextAt = this.#options.clock.now() + next.waitMs;
    if (next.kind === 'run') void this.#run(next.contender);
  }

  async #run(contender: Contender<Prize>): Promise<void> {
    const { clock } = this.#options;
    const { patienceMs, slowMs } = contender;
    const runner: Runner = {
      controller: new AbortController(),
      isSent: false,
      isHeard: false,
      quietAt: clock.now() + contender.queueMs,
      spent: undefined,
      patienceMs,
      slowMs,
    };
    this.#runners.add(runner);
    const prize = await contender.run(runner.controller.signal, {
      sent: () => {
        if (!runner.isSent) runner.quietAt = clock.now() + patienceMs;
        runner.isSent = true;
        this.#wake.resolve();
      },
      heard: () => {
        runner.isHeard = true;
        runner.quietAt = clock.now() + slowMs;
        this.#wake.resolve();
      },
    });
    this.#ended.push({ runner, prize });
    this.#wake.resolve();
  }

  async #sleep(): Promise<void> {
    const { clock, most } = this.#options;
    const quietAt = this.#runners.size < most ? this.#quietAt() : Infinity;
    const wakeAt = Math.min(this.#isLate ? Infinity : this.#lateAt, this.#nextAt, quietAt);
    const timer = new AbortController();
    if (wakeAt < Infinity) {
      void clock.delay(Math.max(0, wakeAt - clock.now()), timer.signal).then((passed) => {
        // One that was stopped belongs to a sleep that is over.
        if (passed) this.#wake.resolve();
      });
    }
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
    timer.abort();
  }
}
