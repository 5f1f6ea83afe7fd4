import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from './nats-process.ts';
import { isAlive, readProcess } from './process-table.ts';

interface Leftover {
  pid: number;
  startTime: string;
}

/**
 * Ends every nats-server that still runs with this configuration file, and returns their pids: two servers on one store destroy it, and
 * nats-server itself takes no lock. A supervisor that was killed leaves one where the kernel does not end it with its parent. Found by
 * command line, because a state file may be older than the last restart. Only where /proc is; throws when one cannot be ended.
 */
export async function endLeftoverServers(configFile: string, signal?: AbortSignal): Promise<number[]> {
  const leftovers = findServers(configFile);
  for (const [by, waitMs] of [
    ['SIGTERM', 3_000],
    ['SIGKILL', 3_000],
  ] as const) {
    const left = () => leftovers.filter(({ pid, startTime }) => isAlive(pid, startTime));
    // A stopped one hears nothing but KILL.
    for (const { pid } of left())
      signalGroup(pid, readProcess(pid)?.state.toUpperCase() === 'T' ? 'SIGKILL' : by);
    const until = performance.now() + waitMs;
    while (left().length > 0 && performance.now() < until) await sleep(10, undefined, signal && { signal });
    if (left().length === 0) return leftovers.map(({ pid }) => pid);
  }
  const pids = leftovers.map(({ pid }) => pid).join(', ');
  throw new Error(`Cannot start the bus: an earlier nats-server of this home (pid ${pids}) does not end`);
}

function findServers(configFile: string): Leftover[] {
  return processIds().flatMap((pid) => {
    const [program = '', ...args] = commandLine(pid);
    const isOurs = basename(program).startsWith('nats-server') && args[args.indexOf('-c') + 1] === configFile;
    const found = isOurs && args.includes('-c') ? readProcess(pid) : undefined;
    return found ? [{ pid, startTime: found.startTime }] : [];
  });
}

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
