import type { Logger } from 'pino';
import type { Config } from '../protocol/config.ts';
import type { Role } from '../protocol/roles.ts';
import type { LastRun } from './last-run.ts';

export interface SupervisorOptions {
  config: Config;
  configFile: string;
  project: string;
  home: string;
  only: Role[];
  lastRun: LastRun;
  log: Logger;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  /** Called by every healthy turn of the loop, for a service manager that waits for it. */
  onTurn: () => void;
}
