import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../../protocol/config.ts';
import { BusLink } from '../../supervisor/bus-link.ts';
import { makeFolder } from '../../supervisor/make-folder.ts';
import { project } from '../operator.ts';

/** A real bus as a supervisor would have it, opened, in a home folder of its own; whoever measures plays the supervisor. */
export async function openQuietBus(config: Config, home: string): Promise<BusLink> {
  for (const folder of ['run', 'log']) makeFolder(join(home, folder));
  const nothing = () => undefined;
  const link = new BusLink({
    config: config.bus,
    rooms: config.rooms.map(({ id }) => id),
    project,
    home,
    log: pino({ level: 'silent' }),
    onChange: nothing,
    onDiskFull: nothing,
    onDiskFree: nothing,
    onLoss: nothing,
  });
  await link.open();
  return link;
}
