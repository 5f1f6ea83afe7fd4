import { hostname } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { ArchiveError } from './archive.ts';
import { listArchives } from './archive-folder.ts';
import { verifyArchive } from './read-archive.ts';
import { areSameStreams } from './same-streams.ts';
import { StoredMessages } from './stored-messages.ts';
import type { Base } from './take-backup.ts';

export interface ChooseBaseOptions {
  folder: string;
  home: string;
  connection: NatsConnection;
  signal: AbortSignal;
  /** Told why an archive is passed over. */
  say: (line: string) => void;
}

/** The newest archive in the folder that an incremental one can begin after: whole, with its chain, and of these very streams. */
export async function chooseBase(options: ChooseBaseOptions): Promise<Base | undefined> {
  const { folder, home, connection, signal, say } = options;
  const { found } = await listArchives(folder, { host: hostname(), home, signal });
  const stored = await StoredMessages.open(connection);
  const ids = new Set(found.map(({ head }) => head.id));
  for (const { file, head } of found.toReversed()) {
    const missing = head.chain.find(({ id }) => !ids.has(id));
    if (missing) {
      say(`passed over ${file}: it needs ${missing.file}, which is not there`);
      continue;
    }
    try {
      const { manifest } = await verifyArchive(join(folder, file), signal);
      if (await areSameStreams(manifest.streams, stored, signal)) {
        const { id, created, chain } = head;
        return { link: { id, file, created }, chain, streams: manifest.streams };
      }
      say(`passed over ${file}: the streams have been made anew since`);
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      say(`passed over it: ${error.message}`);
    }
  }
  return undefined;
}
