import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { Logger } from 'pino';

/** Where Linux starts to take ports for outgoing connections, unless it is told otherwise. */
const usualEphemeralStart = 32_768;
const lowest = 20_000;

/**
 * A free port of the loopback address, below those that the kernel gives to outgoing connections. A port from that range would be lost now
 * and then while the server is away: clients that try again twenty times a second sooner or later get the very port they want to reach as
 * their own, are connected to themselves, and nobody can listen there any more. Throws when none of 50 is free.
 */
export async function choosePort(not: readonly number[] = []): Promise<number> {
  const end = Math.max(lowest + 1_000, ephemeralStart());
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = lowest + Math.floor(Math.random() * (end - lowest));
    if (!not.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`Cannot find a free port between ${lowest} and ${end}`);
}

/** Whether a server could listen there now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

function ephemeralStart(): number {
  try {
    const [start] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/);
    return Number(start) || usualEphemeralStart;
  } catch {
    return usualEphemeralStart;
  }
}

/** The ports of one server for as long as its clients know them. */
export class NatsPorts {
  /** The first is in use; the second is where it goes when somebody has taken the first. */
  clients: number[] = [];
  monitor = 0;

  /** Those of before, as far as they are to be had. */
  async choose(log: Pick<Logger, 'warn'>): Promise<void> {
    if (this.monitor === 0 || !(await isFree(this.monitor))) this.monitor = await choosePort();
    while (this.clients.length < 2) this.clients.push(await choosePort([this.monitor, ...this.clients]));
    const [first = 0, second = 0] = this.clients;
    if (await isFree(first)) return;
    log.warn({ port: first }, 'somebody else listens on the port of the bus');
    const other = (await isFree(second)) ? second : await choosePort([this.monitor, first]);
    this.clients = [other, first];
  }
}
