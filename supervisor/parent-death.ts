import { existsSync } from 'node:fs';

/** Of util-linux; undefined where it is not there. */
export const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/** Whether the kernel ends a child together with the supervisor. */
export const hasParentDeath = setpriv !== undefined;

/** The command, such that the kernel kills it when the supervisor dies, however it dies. Only where util-linux is there. */
export function withParentDeath(command: string[]): string[] {
  return setpriv === undefined ? command : [setpriv, '--pdeathsig', 'KILL', '--', ...command];
}
