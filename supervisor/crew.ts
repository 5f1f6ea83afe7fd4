import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { toFailure } from '../protocol/failure.ts';
import type { ChildOptions, ChildReport, SupervisorCommand } from '../protocol/ipc.ts';
import { emptyAside } from './bound-log.ts';
import { fileName, reportFolder, WorkerProcess } from './child-process.ts';
import type { Cgroup, MemberGroup } from './cgroup.ts';
import { cpuWeight, openCgroup } from './cgroup.ts';
import type { ChildRecord, Effect } from './child-record.ts';
import type { ExitClass } from './exit-class.ts';
import { withKernelsPart } from './exit-class.ts';
import { offerToKernel, outOfMemoryScore } from './out-of-memory.ts';

export interface CrewOptions {
  project: string;
  home: string;
  log: Logger;
  optionsFor: (child: ChildRecord) => ChildOptions;
  onSpawned: (child: ChildRecord, pid: number) => void;
  onReport: (child: ChildRecord, report: ChildReport) => void;
  onExit: (child: ChildRecord, exit: { reason: string; exit: ExitClass }) => void;
  /** After `onExit`: what it had open, such as its connection to the bus, is closed. */
  onGone: (child: ChildRecord) => void;
  /** Of a child's log, before it is set aside. */
  maxLogBytes?: number;
}

interface Member {
  generation: number;
  process: WorkerProcess;
  /** Where the kernel keeps it to its limits; undefined: nowhere. */
  group: MemberGroup | undefined;
}

const keptReports = 20;

/** The processes of the children: does what the roster says, and tells what happened to them. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #cgroup: Cgroup | undefined;
  readonly #members = new Map<string, Member>();

  constructor(options: CrewOptions) {
    this.#options = options;
    mkdirSync(reportFolder(options.home), { recursive: true });
    this.#cgroup = openCgroup({ onProblem: (problem) => options.log.warn({ problem }, 'control groups') });
  }

  startTimeOf(id: string): string {
    return this.#members.get(id)?.process.startTime ?? '';
  }

  perform(child: ChildRecord, effect: Effect): void {
    const process = this.#processOf(child);
    switch (effect.kind) {
      case 'spawn':
        return this.#spawn(child);
      case 'initialise':
        return process && this.#initialise(child, process);
      case 'start':
      case 'drain':
        return process?.send(effect);
      case 'report':
        this.#dropOldReports();
        return process?.report();
      case 'signal':
        return process?.signal(effect.signal);
    }
  }

  send(id: string, command: SupervisorCommand): void {
    this.#members.get(id)?.process.send(command);
  }

  sendToAll(command: SupervisorCommand): void {
    for (const { process } of this.#members.values()) process.send(command);
  }

  /** Looks whether all of them are really there, and how large their logs are. */
  verify(now: number): void {
    for (const [id, { process }] of this.#members) {
      process.verify(now);
      this.#boundLog(id);
    }
  }

  kill(): void {
    for (const { process } of this.#members.values()) process.signal('SIGKILL');
  }

  /** The process that this generation of the child has, if it still has it. */
  #processOf({ id, generation }: ChildRecord): WorkerProcess | undefined {
    const member = this.#members.get(id);
    return member?.generation === generation ? member.process : undefined;
  }

  /** Who cannot be told what to do is of no use: its end is a failure like any other, and tried again. */
  #initialise(child: ChildRecord, process: WorkerProcess): void {
    try {
      process.send({ kind: 'initialise', options: this.#options.optionsFor(child) });
    } catch (error) {
      this.#options.log.error({ err: error, child: child.id }, 'cannot say what it is to do');
      process.signal('SIGKILL');
    }
  }

  #spawn(child: ChildRecord): void {
    const { project, home, log, onSpawned, onReport, onExit, onGone } = this.#options;
    const { id, spec, generation } = child;
    try {
      const process = new WorkerProcess({
        id,
        spec,
        project,
        home,
        onReport: (report) => onReport(child, report),
        onNoLog: (err) => log.warn({ err, child: id }, 'started without a log'),
        onExit: (exit) => {
          const member = this.#members.get(id);
          if (member?.generation === generation) this.#members.delete(id);
          onExit(child, withKernelsPart(exit, member?.group?.outOfMemoryKills() ?? 0));
          void member?.group?.remove();
        },
        onGone: () => onGone(child),
      });
      const group = this.#cgroup?.adopt({
        id,
        pid: process.pid,
        limitMb: spec.limitMb,
        cpuWeight: cpuWeight(spec.role),
      });
      offerToKernel(process.pid, outOfMemoryScore(spec.role));
      this.#members.set(id, { generation, process, group });
      onSpawned(child, process.pid);
    } catch (error) {
      log.error({ err: error, child: id }, 'cannot start a process');
      // Not from within: the roster is still busy with the event that led here.
      setImmediate(() =>
        onExit(child, { reason: `cannot be started: ${toFailure(error).message}`, exit: 'failed' }),
      );
    }
  }

  /** A process that goes wrong may write for days, or much at once; the disk is everybody's. */
  #boundLog(id: string): void {
    const file = join(this.#options.home, 'log', `${fileName(id)}.ndjson`);
    try {
      emptyAside(file, this.#options.maxLogBytes);
    } catch (error) {
      this.#options.log.warn({ err: error, file }, 'no room to set a log aside');
    }
  }

  #dropOldReports(): void {
    const folder = reportFolder(this.#options.home);
    try {
      const names = readdirSync(folder).sort();
      for (const name of names.slice(0, Math.max(0, names.length - keptReports)))
        rmSync(join(folder, name), { force: true });
    } catch (error) {
      this.#options.log.warn({ err: error }, 'cannot tidy the reports');
    }
  }
}
