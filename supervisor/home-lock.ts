import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './make-folder.ts';
import { isAlive, readProcess } from './process-table.ts';
import { readState } from './state-file.ts';

/** Takes the home folder for this process; throws while another supervisor has it. A dead one's lock is taken over. */
export function lockHome(home: string): Disposable {
  try {
    for (const folder of ['run', 'log', 'audio', 'cache', 'jetstream']) makeFolder(join(home, folder));
    accessSync(join(home, 'run'), constants.W_OK);
  } catch (cause) {
    throw new Error(`Cannot use ${home} as the home folder; name another with --home`, { cause });
  }
  const file = join(home, 'run', 'supervisor.lock');
  const own = `${process.pid} ${readProcess(process.pid)?.startTime ?? ''}`;
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx', mode: 0o600 });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const [pid = '', startTime = ''] = readFileSync(file, 'utf8').split(' ');
    if (isAlive(Number(pid), startTime)) {
      throw new Error(
        `Cannot start in ${home}: a supervisor (pid ${pid}) is running there. Stop it, or give another --home`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** Ends what a killed supervisor of this home left behind: two of anything would speak twice. Returns how many there were. */
export async function sweepLeftovers(home: string): Promise<number> {
  const state = readState(home);
  if (!state) return 0;
  const suspects = [
    { pid: state.nats.pid, mark: join(home, 'run', 'nats.conf'), startTime: '' },
    // The start time tells them from strangers that have their pid by now.
    ...state.children.map(({ pid, id, startTime }) => ({ pid, mark: id, startTime })),
  ];
  const leftovers = suspects.filter(
    ({ pid, mark, startTime }) => pid > 0 && isAlive(pid, startTime) && commandLine(pid).includes(mark),
  );
  for (const { pid } of leftovers) killGroup(pid);
  const deadline = Date.now() + 5_000;
  while (leftovers.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) await sleep(10);
  return leftovers.length;
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
