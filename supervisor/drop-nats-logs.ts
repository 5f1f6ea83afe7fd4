import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';

/** Removes what nats-server has set aside of its logs. Never throws: a disk that is full may be read-only too. */
export function dropNatsLogs(folder: string, log: Pick<Logger, 'warn'>): void {
  try {
    for (const name of readdirSync(folder))
      if (/^nats-server\.(log\..+|err\.1)$/.test(name)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    log.warn({ err: error, folder }, 'cannot remove old logs of nats-server');
  }
}
