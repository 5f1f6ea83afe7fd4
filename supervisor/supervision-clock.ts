/** Between two readings of a supervisor that is not held up. */
const tickMs = 50;
/** Beyond it, a gap says something about this process or the host and nothing about the children. */
const toleratedMs = 500;

export interface ClockReading {
  /** Milliseconds for verdicts: they only go on while this process does. */
  now: number;
  /** How much of the time since the reading before does not count, because this process was stopped or starved; mostly 0. */
  lateMs: number;
  /** How far the wall clock was set, back when negative; mostly 0. A host that slept shows as a jump ahead, since its monotonic clock slept too. */
  jumpMs: number;
}

/**
 * The clock of all verdicts about children. Time in which this very process did not run must not count: its children may have
 * sent their heartbeats all the while, and a supervisor that wakes up would otherwise end every one of them. Readings are
 * arguments, in milliseconds (`performance.now()` and `Date.now()`); read it at every tick, several times a second.
 */
export class SupervisionClock {
  #now: number;
  #monotonic: number;
  #wall: number;

  constructor(monotonic: number, wall: number) {
    this.#now = monotonic;
    this.#monotonic = monotonic;
    this.#wall = wall;
  }

  read(monotonic: number, wall: number): ClockReading {
    const elapsed = Math.max(0, monotonic - this.#monotonic);
    // Compared with the reading before, not with the first: a clock that is slewed drifts far away without ever jumping.
    const jump = wall - this.#wall - elapsed;
    const counted = elapsed > toleratedMs ? tickMs : elapsed;
    this.#now += counted;
    this.#monotonic = Math.max(this.#monotonic, monotonic);
    this.#wall = wall;
    return {
      now: this.#now,
      lateMs: elapsed - counted,
      jumpMs: Math.abs(jump) > toleratedMs ? jump : 0,
    };
  }
}
