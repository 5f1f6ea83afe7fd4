import { setTimeout as wait } from 'node:timers/promises';
import type { Schedule, ScheduledAct } from '../scenario/schedule.ts';

/** How a schedule is played: `perform` receives the acts that are due, several at once when time ran ahead. */
export type PlayOptions = {
  readonly schedule: Schedule;
  readonly perform: (acts: readonly ScheduledAct[]) => Promise<void>;
  readonly signal: AbortSignal;
};

/** Performs the acts of a schedule at their times, counted from now; returns when it ends or the signal says so. */
export async function playSchedule({ schedule, perform, signal }: PlayOptions): Promise<void> {
  const startedAt = performance.now();
  let next = schedule.next();
  while (next.done !== true && !signal.aborted) {
    const pauseMs = next.value.atMs - (performance.now() - startedAt);
    if (!(await waited(Math.max(0, pauseMs), signal))) return;
    const due = [next.value];
    next = schedule.next();
    while (
      next.done !== true &&
      due.length < MAX_AT_ONCE &&
      next.value.atMs <= performance.now() - startedAt
    ) {
      due.push(next.value);
      next = schedule.next();
    }
    await perform(due);
  }
}

/** A room that fell behind, because the machine slept, catches up in frames of this size. */
const MAX_AT_ONCE = 50;

async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    // A timer for longer than this overflows and fires at once; a script may well ask for more.
    for (let rest = ms; rest > 0; rest -= LONGEST_TIMER_MS) {
      await wait(Math.min(rest, LONGEST_TIMER_MS), undefined, { signal });
    }
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
