import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exitCodes } from '../protocol/exit-codes.ts';
import type { ReloadState } from '../protocol/ipc.ts';
import { homeFolder, runningState } from './operator.ts';
import { runCommand } from './run-command.ts';

const usage = `npm run reload [-- --home DIR] [--no-wait]

Brings in the configuration file as it is now, and the code as it is on disk now, without a pause for the listeners: each service gets
a successor first, and takes over only when all successors are ready. When one does not become ready, or fails soon after, the former
configuration comes back by itself; code that was changed stays on disk as it is. What concerns the supervisor's own addresses and the bus needs a restart.

Exit code: 0 done, 78 wrong configuration (nothing was changed), 1 rolled back or not running.`;

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

await runCommand(main);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      'no-wait': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const home = homeFolder(values.home);
  const found = runningState(home);
  if (!found.running) {
    console.error(found.why);
    return exitCodes.failed;
  }
  const { pid } = found.state;
  const before = found.state.reload;
  process.kill(pid, 'SIGHUP');
  if (values['no-wait']) return exitCodes.clean;
  return await follow(home, before);
}

/**
 * Says each phase, and how it ended. `before`: the reload that there was; one that is still under way goes on beside. A refusal is ours
 * only while ours has not begun: somebody else may ask for another one meanwhile.
 */
async function follow(home: string, before: ReloadState | null): Promise<number> {
  const deadline = Date.now() + waitMs;
  const other = before && !finalPhases.has(before.phase) ? before : undefined;
  let hasBegun = false;
  const isOurs = ({ at, phase, edition }: ReloadState): boolean => {
    if (at <= (before?.at ?? 0)) return false;
    if (hasBegun || phase === 'refused') return hasBegun !== (phase === 'refused');
    return other === undefined || (phase === 'preparing' && edition !== other.edition);
  };
  let said = '';
  while (Date.now() < deadline) {
    const found = runningState(home);
    if (!found.running) {
      console.error(found.why);
      return exitCodes.failed;
    }
    const { reload } = found.state;
    if (reload && isOurs(reload) && reload.phase !== said) {
      said = reload.phase;
      hasBegun ||= reload.phase !== 'refused';
      console.log(words[reload.phase] + (reload.reason ? `: ${reload.reason}` : ''));
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
