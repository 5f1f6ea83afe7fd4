import { isIP } from 'node:net';
import { hostname } from 'node:os';

export interface GateOptions {
  /** As it was configured: a name or an address. */
  host: string;
  /** What a request says. */
  hostHeader: string | undefined;
  origin: string | undefined;
}

const loopbackNames = ['localhost', '127.0.0.1', '::1'];

/**
 * Whether a request may come from where it says: undefined, or why not. A foreign page whose name was turned to this address (DNS
 * rebinding) says that name as Host; one that connects from its own place says its Origin. Programs say none.
 */
export function refusalOf({ host, hostHeader, origin }: GateOptions): string | undefined {
  const name = nameOf(hostHeader);
  if (name === undefined || !isOurs(name, host)) return 'This is not the address of this page';
  if (origin === undefined) return undefined;
  return URL.parse(origin)?.host === hostHeader?.toLowerCase() ? undefined : 'Only for the page from here';
}

function isOurs(name: string, host: string): boolean {
  if (name === host.toLowerCase()) return true;
  if (isLoopback(host)) return loopbackNames.includes(name);
  // Bound to every address of the machine, or to the one that its name stands for.
  return isIP(name) !== 0 || name === hostname().toLowerCase() || loopbackNames.includes(name);
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Without the port, and without the brackets of an IPv6 address. */
function nameOf(hostHeader: string | undefined): string | undefined {
  if (hostHeader === undefined || !/^[\w.:[\]-]+$/.test(hostHeader)) return undefined;
  const url = URL.parse(`http://${hostHeader}/`);
  return url?.hostname.replace(/^\[(.*)\]$/, '$1');
}
