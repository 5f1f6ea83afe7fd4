import type { ExitClass } from '../../supervisor/exit-class.ts';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';

/** Phases of a process at which something may go wrong with it. */
export const phases = ['boot', 'initialise', 'start', 'run', 'drain'] as const;
export type Phase = (typeof phases)[number];

/** What is wrong with an edition: its children refuse it, crash, or never get ready. */
export type Badness = 'refuses' | 'crashes' | 'never-ready' | 'crashes-at-work';
export const badnesses = ['refuses', 'crashes', 'never-ready', 'crashes-at-work'] as const;

/** How one process will behave; times in milliseconds. */
export interface Behaviour {
  registerMs: number;
  initialiseMs: number;
  startMs: number;
  yieldMs: number;
  drainMs: number;
  termMs: number;
  reconnectMs: number;
  /** In this phase, after so long, it ends by itself, or blocks for ever. */
  fails: { in: Phase; afterMs: number; how: ExitClass | 'hangs' } | undefined;
  ignoresDrain: boolean;
  ignoresTerm: boolean;
  /** SIGKILL shows so much later: it is in the middle of a system call. */
  unkillableMs: number;
  /** Of a process that cannot be spawned: the call throws, or it never gets a pid. */
  spawn: 'works' | 'throws' | 'no-pid';
  /** Its end is noticed so much later. */
  exitNoticeMs: number;
}

export interface DrawnBehaviour {
  behaviour: Behaviour;
  /** How many things are wrong with it. */
  faults: number;
}

const exits = ['clean', 'failed', 'failed', 'failed', 'killed', 'killed', 'refused', 'gave-up'] as const;

/** `fault`: the probability of each thing that may go wrong; 0: it is a good one. */
export function drawBehaviour(
  random: SeededRandom,
  fault: number,
  badness: Badness | undefined,
): DrawnBehaviour {
  const behaviour: Behaviour = {
    registerMs: random.whole(40, 400),
    initialiseMs: random.whole(20, 1_200),
    startMs: random.whole(2, 200),
    yieldMs: random.whole(1, 120),
    drainMs: random.whole(121, 250),
    termMs: random.whole(2, 150),
    reconnectMs: random.whole(20, 1_500),
    fails: undefined,
    ignoresDrain: false,
    ignoresTerm: false,
    unkillableMs: 0,
    spawn: 'works',
    exitNoticeMs: random.whole(1, 12),
  };
  if (badness)
    return {
      behaviour: { ...behaviour, fails: failureOf(badness, random) },
      faults: 1,
    };
  let faults = 0;
  const happens = (probability: number) => {
    if (fault === 0 || !random.chance(probability)) return false;
    faults += 1;
    return true;
  };
  if (happens(fault)) {
    const how = random.chance(0.2) ? 'hangs' : random.pick(exits);
    behaviour.fails = {
      in: random.pick(phases),
      afterMs: random.whole(0, random.pick([50, 2_000, 8_000])),
      how,
    };
    // A configuration that is wrong, or a place where it cannot work, is rare: such a child waits for another configuration.
    if ((how === 'refused' || how === 'gave-up') && !random.chance(0.1)) behaviour.fails.how = 'failed';
  }
  if (happens(fault / 3)) behaviour.ignoresDrain = true;
  if (happens(fault / 3)) behaviour.ignoresTerm = true;
  if (happens(fault / 6)) behaviour.unkillableMs = random.whole(10, 6_000);
  if (happens(fault / 6)) behaviour.exitNoticeMs = 1_000;
  if (happens(fault / 8)) behaviour.spawn = random.pick(['throws', 'no-pid']);
  if (happens(fault / 4)) behaviour.initialiseMs = random.whole(1_200, 20_000);
  if (happens(fault / 4)) behaviour.yieldMs = random.whole(120, 8_000);
  if (happens(fault / 4)) behaviour.drainMs = random.whole(250, 10_000);
  return { behaviour, faults };
}

function failureOf(badness: Badness, random: SeededRandom): NonNullable<Behaviour['fails']> {
  switch (badness) {
    case 'refuses':
      return { in: 'initialise', afterMs: random.whole(1, 300), how: 'refused' };
    case 'crashes':
      return { in: random.pick(['boot', 'initialise']), afterMs: random.whole(0, 500), how: 'failed' };
    case 'never-ready':
      return { in: 'initialise', afterMs: 0, how: 'hangs' };
    case 'crashes-at-work':
      return random.chance(0.3)
        ? { in: 'start', afterMs: 0, how: 'failed' }
        : { in: 'run', afterMs: random.whole(0, 6_000), how: 'failed' };
  }
}
