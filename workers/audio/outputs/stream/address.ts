import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../../../protocol/config.ts';
import { isAlive, self } from '../sink-owner.ts';

const addressSchema = z.object({
  /** Of the page. */
  url: z.string(),
  host: z.string(),
  port: z.number(),
  /** The sink that listens there. */
  owner: z.object({ pid: z.number(), began: z.string() }),
});

/** Where the stream of a room can be had, in `run/<room>.stream.json`. */
export type StreamAddress = z.infer<typeof addressSchema>;

export interface ListenOptions {
  host: string;
  /** 0: the one that this room had before, else any that is free. */
  port: number;
  file: string;
}

export interface StreamPlace extends ListenOptions {
  room: string;
  /** Shown on its page. */
  label: string;
}

/**
 * Where a room's stream is to be had. A fixed port is that of the first room; each further one has the next, in the order of the
 * configuration, so that no two rooms are after the same.
 */
export function streamPlace(
  room: string,
  { audio, rooms, reply }: Pick<Config, 'audio' | 'rooms' | 'reply'>,
  home: string,
): StreamPlace {
  const { host, port } = audio.stream;
  const index = Math.max(
    0,
    rooms.findIndex(({ id }) => id === room),
  );
  const { label } = reply.disclosure;
  const file = join(home, 'run', `${room}.stream.json`);
  return { room, label, host, port: port === 0 ? 0 : port + index, file };
}

/** The sink of the one before plays out what it has, and is then gone. */
const patienceMs = 1_800;
const retryMs = 4;

/** Nothing when there is none, or none that can be read. */
export function readAddress(file: string): StreamAddress | undefined {
  try {
    return addressSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether somebody of this room listens there already, who will make room. */
export const isHeldByOurs = ({ host, port, file }: ListenOptions): boolean => {
  const before = readAddress(file);
  return before?.host === host && (port === 0 || before.port === port) && isAlive(before.owner);
};

/**
 * Begins to listen and returns the page's address, which is then in the file too: a page that is open somewhere, in OBS above all, finds
 * the next sink of this room at the same place. Throws when the port is somebody else's.
 */
export async function listenAt(server: Server, options: ListenOptions): Promise<string> {
  const { host, file } = options;
  const before = readAddress(file);
  let port = options.port || (before?.host === host ? before.port : 0);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const error = await tryListen(server, host, port);
    if (!error) break;
    if (error.code !== 'EADDRINUSE') throw error;
    const isOurs = isHeldByOurs(options);
    if (!isOurs && options.port === 0) port = 0;
    else if (!isOurs || performance.now() > deadline)
      throw new Error(`port ${port} of ${host} is taken${isOurs ? ' by the sink before this one' : ''}`);
    else await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  const address: StreamAddress = {
    host,
    port: (server.address() as AddressInfo).port,
    url: '',
    owner: self(),
  };
  address.url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`;
  writeAddress(file, address);
  return address.url;
}

/** Why it cannot listen there, tried for a moment; empty when it can, or will once the sink before has made room. */
export async function canListen(options: ListenOptions): Promise<string> {
  if (isHeldByOurs(options)) return '';
  const server = createServer();
  const error = await tryListen(server, options.host, options.port);
  if (error?.code === 'EADDRINUSE') return `port ${options.port} of ${options.host} is taken`;
  if (error) return `cannot listen on ${options.host}: ${error.message}`;
  await new Promise((resolve) => server.close(resolve));
  return '';
}

async function tryListen(
  server: Server,
  host: string,
  port: number,
): Promise<NodeJS.ErrnoException | undefined> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function writeAddress(file: string, address: StreamAddress): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(address));
  renameSync(draft, file);
}
