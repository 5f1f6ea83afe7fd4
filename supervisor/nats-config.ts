import { readFileSync, writeFileSync } from 'node:fs';
import type { Config } from '../protocol/config.ts';
import type { BusUser } from '../protocol/roles.ts';
import { permissionsOf } from '../protocol/roles.ts';

export interface NatsConfigOptions {
  /** 0: the server chooses. */
  port: number;
  monitorPort: number;
  storeFolder: string;
  /** Empty: to its error output, which is kept too. */
  logFile: string;
  bus: Config['bus'];
  /** Public nkeys. */
  users: Map<BusUser, string>;
}

/**
 * The configuration of our own nats-server: loopback only, one account with a user for each role with its own
 * subjects, and the server's own for who may end connections. The monitor port
 * has no authentication, hence loopback for it too. A client that is stopped or half-open is cut off after 2 to 3 s (the default is six
 * minutes), so that no more is given to it; what it was given meanwhile comes again after the ack wait. Sooner would cut off workers that
 * are merely busy for a second.
 */
export function natsConfigText(options: NatsConfigOptions): string {
  const { bus, users } = options;
  const listen = (port: number) => JSON.stringify(`127.0.0.1:${port === 0 ? -1 : port}`);
  const userBlocks = ({ isSystem }: { isSystem: boolean }) =>
    [...users]
      .flatMap(([user, nkey]) => {
        if ((user === 'administrator') !== isSystem) return [];
        const { publish, subscribe } = permissionsOf(user);
        return `      { nkey: ${nkey}, permissions: { publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } } }`;
      })
      .join('\n');
  return `server_name: onair
listen: ${listen(options.port)}
http: ${listen(options.monitorPort)}
max_payload: 1MB
max_control_line: 32KB
ping_interval: 1s
ping_max: 2
write_deadline: 3s
${options.logFile === '' ? '' : logFileText(options.logFile)}jetstream {
  store_dir: ${JSON.stringify(options.storeFolder)}
  sync_interval: ${bus.sync}
  max_memory_store: 64MB
  max_file_store: ${bus.maxDiskMb}MB
}
accounts {
  SYS {
    users: [
${userBlocks({ isSystem: true })}
    ]
  }
  ONAIR {
    jetstream: enabled
    users: [
${userBlocks({ isSystem: false })}
    ]
  }
}
system_account: SYS
`;
}

const logFileText = (file: string): string => `logfile: ${JSON.stringify(file)}
logfile_size_limit: 20MB
logfile_max_num: 3
`;

/** Only when it is another one: a full disk must not leave half a configuration. */
export function writeNatsConfig(file: string, options: NatsConfigOptions): void {
  const text = natsConfigText(options);
  if (readIfThere(file) !== text) writeFileSync(file, text, { mode: 0o600 });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(subjects: string[]): string {
  return `[${[...new Set(subjects)].map((subject) => JSON.stringify(subject)).join(', ')}]`;
}
