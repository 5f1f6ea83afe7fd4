import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { folder, homeFolder } from '../operator.ts';
import { restoreHome } from './restore-home.ts';
import { runCommand } from '../run-command.ts';

const usage = `npm run restore -- FILE [--home DIR] [--force] [--json]

Puts an archive into a home folder in which nothing runs. Of an incremental archive, all those that it begins after have to be in the
same folder. Nothing that was said is said again; what was paid for and not answered is answered at the next start, if it is not too old.

  FILE        an archive that "npm run backup" has written
  --home DIR  home folder to restore into (default: var); its streams have to be empty
  --force     also when they are not: they are put aside, and their new place is told
  --json      one JSON object; progress still goes to standard error

A configuration in the archive is written to restored/onair.yaml in the home folder. Until everything has been checked, the home's
streams stay as they were.`;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      home: { type: 'string' },
      force: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new Error(`Cannot restore: give one FILE\n\n${usage}`);
  using stop = openStopSignals(() => process.exit(exitCodes.failed));
  const restored = await restoreHome({
    file: resolve(folder, file),
    home: homeFolder(values.home),
    force: values.force ?? false,
    say: (line) => console.error(line),
    signal: stop.signal,
  });
  if (values.json) {
    console.log(JSON.stringify(restored));
    return exitCodes.clean;
  }
  const { home, messages, created, replaced, configuration } = restored;
  console.log(
    `${messages} messages of ${created} are restored into ${home}; the ledger says what it said then`,
  );
  if (replaced !== '') console.log(`what was there before is in ${replaced}`);
  if (configuration !== '') console.log(`the configuration of then is in ${configuration}`);
  return exitCodes.clean;
}
