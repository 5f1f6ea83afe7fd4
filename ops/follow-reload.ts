import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { ReloadState } from '../protocol/ipc.ts';
import { runningState } from './operator.ts';

const waitMs = 240_000;
const lookEveryMs = 100;

const words: Record<ReloadState['phase'], string> = {
  preparing: 'successors are starting',
  switching: 'all are ready, taking over one after the other',
  probation: 'all have taken over; watching them for a while',
  'rolling-back': 'going back to the former configuration',
  done: 'done',
  'rolled-back': 'rolled back',
  refused: 'refused, nothing was changed',
};

const finalPhases = new Set<ReloadState['phase']>(['done', 'rolled-back', 'refused']);

/**
 * Says each phase, and how it ended, as an exit code. `before`: the reload that there was; one that is still under way goes on beside. A refusal is ours
 * only while ours has not begun: somebody else may ask for another one meanwhile.
 */
export async function followReload(
  home: string,
  before: ReloadState | null,
  say: (line: string) => void = console.log,
): Promise<number> {
  const deadline = performance.now() + waitMs;
  const other = before && !finalPhases.has(before.phase) ? before : undefined;
  let hasBegun = false;
  const isOurs = ({ at, phase, edition }: ReloadState): boolean => {
    // Which of two is later, no clock says: it may have been set back in between.
    if (at === before?.at && phase === before.phase && edition === before.edition) return false;
    if (hasBegun || phase === 'refused') return hasBegun !== (phase === 'refused');
    return other === undefined || (phase === 'preparing' && edition !== other.edition);
  };
  let said = '';
  while (performance.now() < deadline) {
    const found = runningState(home);
    if (!found.running) {
      console.error(found.why);
      return exitCodes.failed;
    }
    const { reload } = found.state;
    if (reload && isOurs(reload) && reload.phase !== said) {
      said = reload.phase;
      hasBegun ||= reload.phase !== 'refused';
      say(words[reload.phase] + (reload.reason ? `: ${reload.reason}` : ''));
      if (reload.phase === 'done') return exitCodes.clean;
      if (reload.phase === 'refused') return exitCodes.badConfiguration;
      if (reload.phase === 'rolled-back') return exitCodes.failed;
    }
    await sleep(lookEveryMs);
  }
  console.error(
    `The reload did not come to an end within ${waitMs / 1_000} s; "npm run status" shows where it is`,
  );
  return exitCodes.failed;
}
