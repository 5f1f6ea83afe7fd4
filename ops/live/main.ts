import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { describeFailure, toFailure } from '../../protocol/failure.ts';
import { runCommand } from '../run-command.ts';
import { findShow } from '../running-room.ts';
import { carryOut } from './carry-out.ts';
import { readLiveOrder } from './read-order.ts';

const usage = `npm run live -- start ID | stop ID | status [--home DIR] [--json]
npm run live -- start --douyin WEBRID --id NAME        (or --source '{"type": …}')
npm run live -- stop ID --forget

Which rooms are hosted, told to a show that runs:
  start    the room is read and spoken in; one that is, goes on as it was. With --douyin or --source a room that is in no
           configuration is added, kept in <home>/rooms.d/, and brought in by a reload
  stop     its connection is closed, what was read is kept, what was paid for is still answered, and then it is silent.
           --forget: one that was added goes altogether, with its file
  status   which rooms are wanted, and how their connections are
A stop outlives restarts of everything, until the room is started again. Both answer success when it was so already.

Exit code: 0 done, 78 the reload was refused, 1 not done; --json tells also then, by {"success": false, "error": …}.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      id: { type: 'string' },
      douyin: { type: 'string' },
      source: { type: 'string' },
      forget: { type: 'boolean' },
      home: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const json = values.json ?? false;
  try {
    const order = readLiveOrder(positionals, values);
    return await carryOut(order, { ...findShow(values.home), json });
  } catch (error) {
    if (!json) throw error;
    console.log(JSON.stringify({ success: false, error: describeFailure(toFailure(error)) }));
    return exitCodes.failed;
  }
}
