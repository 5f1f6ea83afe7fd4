import { parseArgs } from 'node:util';
import { exitCodes } from '../protocol/exit-codes.ts';
import { followReload } from './follow-reload.ts';
import { homeFolder, runningState } from './operator.ts';
import { runCommand } from './run-command.ts';

const usage = `npm run reload [-- --home DIR] [--no-wait]

Brings in the configuration file as it is now, and the code as it is on disk now, without a pause for the listeners: each service gets
a successor first, and takes over only when all successors are ready. When one does not become ready, or fails soon after, the former
configuration comes back by itself; code that was changed stays on disk as it is. What concerns the supervisor's own addresses and the bus needs a restart.

Exit code: 0 done, 78 wrong configuration (nothing was changed), 1 rolled back or not running.`;

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
  return await followReload(home, before);
}
