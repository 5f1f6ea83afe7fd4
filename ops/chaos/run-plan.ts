import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { delay } from '../../workers/delay.ts';
import type { PlannedFault } from './draw-plan.ts';
import type { Fault, Wound } from './faults.ts';
import type { Show } from './show.ts';

/** A fault that was caused, and what came of it. */
export interface Injury {
  fault: string;
  victim: string;
  /** Since the show went on air. */
  atMs: number;
  /** From the fault until everything was as before; null when that was not seen in time. */
  recoveryMs: number | null;
}

export interface RunPlanOptions {
  plan: PlannedFault[];
  faults: Record<string, Fault>;
  show: Show;
  durationMs: number;
  noteAcks: (room: string) => Promise<void>;
  signal: AbortSignal;
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
  const { plan, show, durationMs, signal, onInjury } = options;
  const injuries: Injury[] = [];
  const sinceOnAir = () => Date.now() - show.onAirAt;
  let restedAtMs = 0;
  for (const planned of plan) {
    await delay(Math.max(0, Math.max(planned.atMs, restedAtMs) - sinceOnAir()), signal);
    await show.until(() => isWell(show), { withinMs: patienceMs, signal });
    if (signal.aborted || show.exit || sinceOnAir() >= durationMs) break;
    const injury = await injure(planned, options);
    restedAtMs = sinceOnAir() + restMs;
    if (!injury) continue;
    injuries.push(injury);
    onInjury(injury);
  }
  await delay(Math.max(0, durationMs - sinceOnAir()), signal);
  return injuries;
}

/** Every child runs, and so does the bus. */
function isWell(show: Show): boolean {
  const { state } = show;
  return (
    state !== undefined && state.nats.pid > 0 && state.children.every(({ state: name }) => name === 'running')
  );
}

async function injure(planned: PlannedFault, options: RunPlanOptions): Promise<Injury | undefined> {
  const { faults, show, noteAcks, signal, onSkipped } = options;
  const { choice, fault } = planned;
  const atMs = Date.now() - show.onAirAt;
  const began = performance.now();
  let wound: Wound | undefined;
  try {
    wound = await faults[fault]?.cause({ show, choice, noteAcks });
  } catch (error) {
    onSkipped(fault, describeFailure(toFailure(error)));
    return undefined;
  }
  if (!wound) {
    onSkipped(fault, 'there was nobody whom it could hit');
    return undefined;
  }
  const { victim, healed } = wound;
  const isHealed = async () => {
    try {
      return await healed();
    } catch {
      // Who does not answer has not healed.
      return false;
    }
  };
  const seen = await show.until(isHealed, { withinMs: patienceMs, signal });
  if (!seen && signal.aborted) return undefined;
  return { fault, victim, atMs, recoveryMs: seen ? Math.round(performance.now() - began) : null };
}
