import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Role } from '../protocol/roles.ts';

export interface CgroupOptions {
  /** Where the cgroup file system (version 2) is mounted. */
  root?: string;
  /** Says which group we are in. */
  membershipFile?: string;
  pid?: number;
  /** Removes a group that holds no process any more; throws while it does. */
  removeGroup?: (folder: string) => void;
  /** Told once for each kind of failure. */
  onProblem: (text: string) => void;
}

export interface Member {
  /** Names the group: letters, digits, dot, dash and underscore. */
  id: string;
  pid: number;
  /** Resident memory at which the supervisor would end it; the kernel does it a tenth above. */
  limitMb: number;
  /** 1 to 10,000; 100 is what everybody else has. */
  cpuWeight: number;
}

/** The group of one child: the kernel itself holds it to its memory, its share of the processors and its number of threads. */
export interface MemberGroup {
  /** How often the kernel ended something in it because it wanted more memory than it may have. */
  outOfMemoryKills(): number;
  /** Ends what is left in it, and removes it. Safe to call twice; never rejects. */
  remove(): Promise<void>;
}

/** Control groups for the children, where the supervisor was given a group to divide. */
export interface Cgroup {
  /** Call it at once after the start of the process: what it has by then stays where it was. Undefined when it cannot be done. */
  adopt(member: Member): MemberGroup | undefined;
}

const controllers = ['memory', 'cpu', 'pids'];
const memoryMargin = 1.1;
/** Threads count too; far above what a child needs, far below what takes a machine down. */
const maxTasks = 1_024;
const supervisorGroup = 'supervisor';
const supervisorWeight = 800;
/** What the dead child had started may finish its last write. */
const graceMs = 1_000;
const removeDeadlineMs = 5_000;
const removeEveryMs = 50;

/** How much of a busy processor a child gets beside the others: the sound first, a simulated room last. */
export function cpuWeight(role: Role): number {
  switch (role) {
    case 'audio':
      return 800;
    case 'ingest':
    case 'reply':
      return 200;
    case 'tts':
      return 100;
    case 'sim':
      return 50;
  }
}

/**
 * Divides the supervisor's own group (version 2), if it was delegated to it alone (`Delegate=yes` in its unit). Call it before the first child:
 * a group may hold processes or groups, so the supervisor moves into one of its own first. Undefined, with nothing changed, where that cannot be
 * had: another system, version 1, a terminal's group that others share.
 */
export function openCgroup(options: CgroupOptions): Cgroup | undefined {
  const { root = '/sys/fs/cgroup', membershipFile = '/proc/self/cgroup', pid = process.pid } = options;
  const own = ownGroup(root, membershipFile, pid);
  if (own === undefined) return undefined;
  const remove = options.removeGroup ?? ((folder: string) => rmdirSync(folder));
  const leaf = join(own.folder, supervisorGroup);
  try {
    mkdirSync(leaf, { recursive: true });
    put(leaf, 'cgroup.procs', String(pid));
    put(own.folder, 'cgroup.subtree_control', own.controllers.map((name) => `+${name}`).join(' '));
    // The bus runs here too.
    if (own.controllers.includes('cpu')) put(leaf, 'cpu.weight', String(supervisorWeight));
  } catch (error) {
    options.onProblem(`Cannot divide the control group ${own.folder}: ${(error as Error).message}`);
    undo(() => put(own.folder, 'cgroup.procs', String(pid)));
    undo(() => remove(leaf));
    return undefined;
  }
  return new Groups(own, remove, once(options.onProblem));
}

/** The number after `oom_kill` in a group's `memory.events`; 0 when there is none. */
export function readOutOfMemoryKills(text: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

interface OwnGroup {
  folder: string;
  /** Those of ours that it may hand on. */
  controllers: string[];
}

class Groups implements Cgroup {
  readonly #own: OwnGroup;
  readonly #removeGroup: (folder: string) => void;
  readonly #onProblem: (text: string) => void;

  constructor(own: OwnGroup, removeGroup: (folder: string) => void, onProblem: (text: string) => void) {
    this.#own = own;
    this.#removeGroup = removeGroup;
    this.#onProblem = onProblem;
  }

  adopt({ id, pid, limitMb, cpuWeight: weight }: Member): MemberGroup | undefined {
    // The pid tells a successor's group from the one that its predecessor has not left yet.
    const folder = join(this.#own.folder, `${id.replaceAll(/[^\w.-]/g, '-')}.${pid}`);
    try {
      mkdirSync(folder, { recursive: true });
      const has = (name: string) => this.#own.controllers.includes(name);
      put(folder, 'memory.max', String(Math.round(limitMb * 1e6 * memoryMargin)));
      // All of it or nothing: half a child would only look alive.
      put(folder, 'memory.oom.group', '1');
      if (has('cpu')) put(folder, 'cpu.weight', String(weight));
      if (has('pids')) put(folder, 'pids.max', String(maxTasks));
      put(folder, 'cgroup.procs', String(pid));
    } catch (error) {
      this.#onProblem(`Cannot give ${id} a control group: ${(error as Error).message}`);
      undo(() => this.#removeGroup(folder));
      return undefined;
    }
    let removed: Promise<void> | undefined;
    return {
      outOfMemoryKills: () => readKills(folder),
      remove: () => (removed ??= this.#remove(folder)),
    };
  }

  async #remove(folder: string): Promise<void> {
    const startedAt = performance.now();
    for (;;) {
      try {
        this.#removeGroup(folder);
        return;
      } catch (error) {
        const passedMs = performance.now() - startedAt;
        if (passedMs > removeDeadlineMs) {
          this.#onProblem(`Cannot remove the control group ${folder}: ${(error as Error).message}`);
          return;
        }
        // Also what has left the process group; kernels before 5.14 do not know it.
        if (passedMs > graceMs) undo(() => put(folder, 'cgroup.kill', '1'));
      }
      await sleep(removeEveryMs);
    }
  }
}

/** Our group, if it is of version 2, ours alone, writable, and may hand the memory controller on. */
function ownGroup(root: string, membershipFile: string, pid: number): OwnGroup | undefined {
  try {
    const path = /^0::(\/.*)$/m.exec(readFileSync(membershipFile, 'utf8'))?.[1];
    if (path === undefined) return undefined;
    const folder = join(root, path);
    const available = read(folder, 'cgroup.controllers').split(/\s+/);
    if (!available.includes('memory')) return undefined;
    for (const name of ['', 'cgroup.procs', 'cgroup.subtree_control'])
      accessSync(join(folder, name), constants.W_OK);
    const members = read(folder, 'cgroup.procs').trim().split('\n');
    if (members.length !== 1 || members[0] !== String(pid)) return undefined;
    return { folder, controllers: controllers.filter((name) => available.includes(name)) };
  } catch {
    // No such file or not allowed: it was not delegated.
    return undefined;
  }
}

function readKills(folder: string): number {
  try {
    return readOutOfMemoryKills(read(folder, 'memory.events'));
  } catch {
    // Removed already.
    return 0;
  }
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function put(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** For what is right to try, and of no consequence when it fails. */
function undo(action: () => void): void {
  try {
    action();
  } catch {
    // The failure before it has been told.
  }
}

/** The same sentence for every child would only fill the log. */
function once(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    const kind = text.slice(0, text.indexOf(' ', 'Cannot '.length));
    if (told.has(kind)) return;
    told.add(kind);
    tell(text);
  };
}
