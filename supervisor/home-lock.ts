import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimFile, releaseFile } from './claim-file.ts';
import { diskFullError, giveBackReserve } from './disk-reserve.ts';
import { isDiskFull } from '../protocol/disk-full.ts';
import { makeFolder } from './make-folder.ts';
import { endLeftoverServers } from './nats-leftover.ts';
import { isAlive } from './process-table.ts';
import { readState } from './state-file.ts';

/** So long the lock may be missing after somebody has removed it. */
const lookEveryMs = 500;

export interface HomeLock extends Disposable {
  /** What was removed to make room for it, on a full disk. */
  removed: string[];
}

/**
 * Takes the home folder for this process; throws while another supervisor has it. A dead one's lock is taken over. Who removes the lock,
 * or the whole folder, of a supervisor that works does not let a second one in: it is made anew, and the state file says who works.
 */
export function lockHome(home: string): HomeLock {
  try {
    for (const folder of ['run', 'log', 'audio', 'cache', 'jetstream']) makeFolder(join(home, folder));
    accessSync(join(home, 'run'), constants.W_OK);
  } catch (cause) {
    throw new Error(`Cannot use ${home} as the home folder; name another with --home`, { cause });
  }
  const file = join(home, 'run', 'supervisor.lock');
  const { holder, removed } = claimWithRoom(home, file);
  const pid = holder > 0 ? holder : workingSupervisor(home);
  if (holder === 0 && pid > 0) releaseFile(file);
  if (pid > 0) {
    throw new Error(
      `Cannot start in ${home}: a supervisor (pid ${pid}) is running there. Stop it, or give another --home`,
    );
  }
  const timer = setInterval(() => claimAgain(file), lookEveryMs).unref();
  return {
    removed,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      releaseFile(file);
    },
  };
}

/** A full disk has no room even for a lock: then what was kept for a start is given back, unless somebody works there. */
function claimWithRoom(home: string, file: string): { holder: number; removed: string[] } {
  try {
    return { holder: claimFile(file), removed: [] };
  } catch (error) {
    if (!isDiskFull(error) || workingSupervisor(home) > 0) throw error;
    const removed = giveBackReserve(home);
    if (removed.length === 0) throw diskFullError(home, error);
    return { holder: claimFile(file), removed };
  }
}

/** The pid of another process that the state file says works there, if that is known for certain; else 0. */
function workingSupervisor(home: string): number {
  const state = readState(home);
  if (!state || state.state === 'stopped' || state.pid === process.pid) return 0;
  const isKnown = typeof state.startTime === 'string' && state.startTime !== '';
  return isKnown && isAlive(state.pid, state.startTime) ? state.pid : 0;
}

/** Never throws: while it cannot be made, the next look tries again. */
function claimAgain(file: string): void {
  if (existsSync(file)) return;
  try {
    makeFolder(dirname(file));
    claimFile(file);
  } catch {
    // The disk is full or read-only; whoever writes there says so.
  }
}

/**
 * Ends what a killed supervisor of this home left behind: two of anything would speak twice. Returns what there was, as one would call
 * it: “tts (pid 17)”. Throws when a nats-server cannot be ended.
 */
export async function sweepLeftovers(home: string): Promise<string[]> {
  const state = readState(home);
  if (!state) return [];
  const configFile = join(home, 'run', 'nats.conf');
  const signal = AbortSignal.timeout(10_000);
  // Whatever its name is, where the state file knows it; and the others by their name, because it may be older than the last restart.
  const suspects = [
    { pid: state.nats.pid, mark: configFile, startTime: '', name: 'nats-server' },
    // The start time tells them from strangers that have their pid by now.
    ...state.children.map(({ pid, id, startTime }) => ({ pid, mark: id, startTime, name: id })),
  ];
  const leftovers = suspects.filter(
    ({ pid, mark, startTime }) => pid > 0 && isAlive(pid, startTime) && commandLine(pid).includes(mark),
  );
  for (const { pid } of leftovers) killGroup(pid);
  const deadline = Date.now() + 5_000;
  while (leftovers.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) await sleep(10);
  const servers =
    state.state === 'stopped' ? [] : await endLeftoverServers({ binary: 'nats-server', configFile, signal });
  return [
    ...leftovers.map(({ name, pid }) => `${name} (pid ${pid})`),
    ...servers.map((pid) => `nats-server (pid ${pid})`),
  ];
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Gone already, or not the leader of a group.
    }
  }
}
