import type { ChildState } from '../../protocol/ipc.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { delay } from '../../workers/delay.ts';
import { isWhole, losses } from './children.ts';
import type { PlannedFault } from './draw-plan.ts';
import type { Fault, Scene, Wound } from './fault.ts';
import { watchWound } from './watch-wound.ts';

/** A fault that was caused, and what came of it. Lengths in milliseconds. */
export interface Injury {
  fault: string;
  victim: string;
  /** Since the show went on air. */
  atMs: number;
  /** Until the show had seen that something is wrong; null when that cannot be told from outside. */
  detectionMs: number | null;
  /** From the end of the fault until everything was as before; null when that was not seen in time. */
  recoveryMs: number | null;
  /** Children that ended without need, by name. */
  falseKills: string[];
  /** Processes that outlived what they belonged to. */
  orphans: string[];
  /** Further figures of this fault. */
  figures: Record<string, number>;
}

export interface RunPlanOptions {
  plan: PlannedFault[];
  faults: Record<string, Fault>;
  scene: Omit<Scene, 'choice'>;
  durationMs: number;
  onInjury: (injury: Injury) => void;
  /** A fault of the plan that could not be caused. */
  onSkipped: (fault: string, reason: string) => void;
}

/** Longer than any restart with its backoff; who needs more has not healed. */
const patienceMs = 40_000;
/** The next fault comes no sooner after the last has healed: two at once are another test than one after the other. */
const restMs = 1_000;

/** Causes the faults of a plan one after the other, each only when the one before it has healed, until the time is over. */
export async function runPlan(options: RunPlanOptions): Promise<Injury[]> {
  const { plan, scene, durationMs, onInjury, onSkipped } = options;
  const { show, signal } = scene;
  const injuries: Injury[] = [];
  const sinceOnAir = () => Date.now() - show.onAirAt;
  let restedAtMs = 0;
  for (const planned of plan) {
    await delay(Math.max(0, Math.max(planned.atMs, restedAtMs) - sinceOnAir()), signal);
    const whole = await show.until(() => show.state !== undefined && isWhole(show.state), {
      withinMs: patienceMs,
      signal,
    });
    if (signal.aborted || show.exit || sinceOnAir() >= durationMs) break;
    if (!whole) onSkipped(planned.fault, `the show is still not whole, ${describe(show.state?.children)}`);
    const injury = whole ? await injure(planned, options) : undefined;
    if (injury) {
      injuries.push(injury);
      onInjury(injury);
    }
    // Broken as it is, the rest of the plan is worth seeing.
    if (show.exit && !(await show.revive(signal))) return injuries;
    restedAtMs = sinceOnAir() + restMs;
  }
  if (!show.exit) await delay(Math.max(0, durationMs - sinceOnAir()), signal);
  return injuries;
}

async function injure(planned: PlannedFault, options: RunPlanOptions): Promise<Injury | undefined> {
  const { faults, scene, onSkipped } = options;
  const { show, signal } = scene;
  const { choice, fault } = planned;
  const before = show.state?.children ?? [];
  const atMs = Date.now() - show.onAirAt;
  let wound: Wound | undefined;
  try {
    wound = await faults[fault]?.cause({ ...scene, choice });
  } catch (error) {
    onSkipped(fault, describeFailure(toFailure(error)));
    return undefined;
  }
  if (!wound) {
    onSkipped(fault, 'there was nobody whom it could hit');
    return undefined;
  }
  const { victim, mayGo, orphans = [], figures = {} } = wound;
  const withinMs = faults[fault]?.patienceMs ?? patienceMs;
  const { detectionMs, worksAgainMs, recoveryMs } = await watchWound(wound, { show, signal, withinMs });
  if (recoveryMs === null && signal.aborted) return undefined;
  const falseKills = losses(before, show.state?.children ?? [], mayGo);
  if (worksAgainMs !== null) figures['worksAgainMs'] = worksAgainMs;
  return { fault, victim, atMs, detectionMs, recoveryMs, falseKills, orphans, figures };
}

function describe(children: ChildState[] = []): string {
  return children.map(({ id, state }) => `${id} ${state}`).join(', ');
}
