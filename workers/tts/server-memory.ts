import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Resident memory, in megabytes, of the process that listens at an address of this machine; 0 when that is not known: for another machine,
 * where there is no `/proc`, and for a process of another user. Never throws.
 */
export async function readServerMemoryMb(address: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  try {
    const { hostname, port, protocol } = new URL(address);
    if (!isHere(hostname)) return 0;
    const inodes = await findListeners(Number(port || (protocol === 'https:' ? 443 : 80)));
    const pid = inodes.size === 0 ? undefined : await findOwner(inodes);
    return pid === undefined ? 0 : await readResidentMb(pid);
  } catch {
    return 0;
  }
}

const isHere = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');

/** Sockets that listen at a port, on the loopback or on all addresses. */
async function findListeners(port: number): Promise<Set<string>> {
  const inodes = new Set<string>();
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
    for (const inode of readListeners(text, port)) inodes.add(inode);
  }
  return inodes;
}

const listening = '0A';
const anywhere = /^0+$/;
// Addresses are written as numbers of the machine's order, which is little-endian wherever Node runs on Linux.
const loopback = /^(?:[\dA-F]{6}7F|0{24}01000000|0{16}FFFF0000[\dA-F]{6}7F)$/;

/** Inodes of the sockets that listen at a port in the text of `/proc/net/tcp` or `tcp6`. */
export function readListeners(text: string, port: number): string[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', hexPort = ''] = local.split(':');
    const isIt = state === listening && Number.parseInt(hexPort, 16) === port;
    return isIt && (anywhere.test(address) || loopback.test(address)) ? [inode] : [];
  });
}

async function findOwner(inodes: ReadonlySet<string>): Promise<string | undefined> {
  const links = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = `/proc/${pid}/fd`;
    // Of another user, or gone meanwhile.
    const files = await readdir(folder).catch(() => []);
    const targets = await Promise.all(
      files.map(async (file) => await readlink(`${folder}/${file}`).catch(() => '')),
    );
    if (targets.some((target) => links.has(target))) return pid;
  }
  return undefined;
}

async function readResidentMb(pid: string): Promise<number> {
  const [, kilobytes = '0'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round((Number(kilobytes) * 1_024) / 1e6);
}
