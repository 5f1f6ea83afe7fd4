import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { openStopSignals } from '../../supervisor/stop-signals.ts';
import { folder, homeFolder } from '../operator.ts';
import { archiveName } from './archive.ts';
import { deleteOutdated } from './archive-folder.ts';
import { chooseBase } from './choose-base.ts';
import { describeArchive } from './describe-archive.ts';
import { findConfiguration } from './find-configuration.ts';
import { openHomeBus } from './open-bus.ts';
import { verifyArchive } from './read-archive.ts';
import { takeBackup } from './take-backup.ts';
import { runCommand } from '../run-command.ts';

const usage = `npm run backup [-- FILE | --to DIR] [--incremental] [--keep-days N] [--home DIR] [--config FILE] [--json]
npm run backup -- --verify FILE [--json]

Writes everything that the bus holds into one archive, also while the supervisor runs: events, speech, outcomes, dead letters,
buckets, and the configuration file. The sound (AUDIO) is left out: what was not heard yet is synthesised anew after a restore.

  FILE           the archive to write; it must not exist
  --to DIR       the folder for it (default: backups in the home folder), named after the time
  --incremental  only what came after the newest archive in the folder; a full one when there is none
  --keep-days N  with a folder: then deletes this home's archives older than N days (default 30) that no newer one needs;
                 so a full one is due from time to time
  --config FILE  the configuration to take along, as it is written: a password typed into it is then in the archive too
  --verify FILE  only reads an archive and checks it
  --home DIR     home folder of the supervisor (default: var)
  --json         one JSON object

Keys of the bus are never in an archive. Its file mode is 0600: what viewers wrote is inside.`;

const dayMs = 86_400_000;

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      home: { type: 'string' },
      config: { type: 'string' },
      incremental: { type: 'boolean' },
      'keep-days': { type: 'string' },
      verify: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(usage);
    return exitCodes.clean;
  }
  const json = values.json ?? false;
  using stop = openStopSignals(() => process.exit(exitCodes.failed));
  const { signal } = stop;
  if (values.verify !== undefined) {
    const file = resolve(folder, values.verify);
    const { head, manifest } = await verifyArchive(file, signal);
    console.log(json ? JSON.stringify({ file, head, manifest }) : describeArchive(file, head, manifest));
    return exitCodes.clean;
  }

  const keepDays = readDays(values['keep-days'] ?? '30');
  if (positionals.length > 1 || (positionals.length === 1 && values.to !== undefined))
    throw new Error('Cannot write more than one archive: give one FILE, or --to DIR');
  const home = homeFolder(values.home);
  const say = (line: string) => console.error(line);
  const created = new Date().toISOString();
  const given = positionals[0] === undefined ? undefined : resolve(folder, positionals[0]);
  const into = given ? dirname(given) : values.to ? resolve(folder, values.to) : join(home, 'backups');
  if (given && (await exists(given)))
    throw new Error(`Cannot write ${given}: it exists, and is not overwritten`);

  await using opened = await openHomeBus(home, signal);
  const { connection } = opened.bus;
  const base = values.incremental
    ? await chooseBase({ folder: into, home, connection, signal, say })
    : undefined;
  if (values.incremental && !base) say(`nothing in ${into} to begin after: a full archive is made`);
  const file = given ?? join(into, archiveName(created, base ? 'incremental' : 'full'));
  const configuration = await findConfiguration(home, values.config, say);
  const { onAir } = opened;
  const { head, manifest } = await takeBackup({
    connection,
    onAir,
    home,
    file,
    created,
    base,
    configuration,
    signal,
  });
  const deleted = given
    ? []
    : await deleteOutdated(into, {
        host: hostname(),
        home,
        now: Date.now(),
        keepMs: keepDays * dayMs,
        signal,
      });
  if (json) console.log(JSON.stringify({ file, head, manifest, deleted }));
  else {
    console.log(describeArchive(file, head, manifest));
    for (const name of deleted) console.log(`deleted ${basename(name)}: older than ${keepDays} days`);
  }
  return exitCodes.clean;
}

function readDays(text: string): number {
  const days = Number(text);
  if (!(days >= 1)) throw new Error(`--keep-days must be a number of days, 1 or more, got "${text}"`);
  return days;
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}
