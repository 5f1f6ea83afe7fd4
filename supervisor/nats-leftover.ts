import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './nats-process.ts';
import { isAlive, readProcess } from './process-table.ts';

interface Leftover {
  pid: number;
  startTime: string;
}

export interface LeftoverSearch {
  binary: string;
  configFile: string;
  signal: AbortSignal;
}

/**
 * Ends every nats-server that still runs with this configuration file, and returns their pids: two servers on one store destroy it, and
 * nats-server itself takes no lock. A supervisor that was killed leaves one where the kernel does not end it with its parent. Found by
 * command line, because a state file may be older than the last restart. Only where /proc is; throws when one cannot be ended.
 */
export async function endLeftoverServers({ binary, configFile, signal }: LeftoverSearch): Promise<number[]> {
  const leftovers = findServers(binary, configFile);
  for (const [by, waitMs] of [
    ['SIGTERM', 3_000],
    ['SIGKILL', 3_000],
  ] as const) {
    const left = () => leftovers.filter(({ pid, startTime }) => isAlive(pid, startTime));
    // A stopped one hears nothing but KILL.
    for (const { pid } of left())
      signalGroup(pid, readProcess(pid)?.state.toUpperCase() === 'T' ? 'SIGKILL' : by);
    const until = performance.now() + waitMs;
    while (left().length > 0 && performance.now() < until) await sleep(10, undefined, { signal });
    if (left().length === 0) return leftovers.map(({ pid }) => pid);
  }
  const pids = leftovers.map(({ pid }) => pid).join(', ');
  throw new Error(`Cannot start the bus: an earlier nats-server of this home (pid ${pids}) does not end`);
}

function findServers(binary: string, configFile: string): Leftover[] {
  return processIds().flatMap((pid) => {
    const words = commandLine(pid);
    const option = words.indexOf('-c');
    // One that is just being started still has the name of what ends it with its parent.
    const isServer = words.slice(0, Math.max(0, option)).some((word) => isNamed(basename(word), binary));
    const found = isServer && words[option + 1] === configFile ? readProcess(pid) : undefined;
    return found ? [{ pid, startTime: found.startTime }] : [];
  });
}

/** The earlier supervisor may have used another one. */
const isNamed = (name: string, binary: string): boolean =>
  name === basename(binary) || name.startsWith('nats-server');

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
