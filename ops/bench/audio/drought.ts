import type { Role } from '../../../protocol/roles.ts';
import type { Show } from '../../chaos/show.ts';

const lookEveryMs = 20;

/** Stops every process of some roles, and each that takes the place of one, until it is over. Those that are still there then go on. */
export class Drought implements Disposable {
  readonly #stopped = new Set<number>();
  readonly #timer: NodeJS.Timeout;

  constructor(show: Pick<Show, 'childrenOf'>, roles: Role[]) {
    const stopAll = () => {
      for (const { pid } of roles.flatMap((role) => show.childrenOf(role)))
        if (pid > 0 && !this.#stopped.has(pid) && send(pid, 'SIGSTOP')) this.#stopped.add(pid);
    };
    stopAll();
    this.#timer = setInterval(stopAll, lookEveryMs);
  }

  /** How many have been stopped until now. */
  get count(): number {
    return this.#stopped.size;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const pid of this.#stopped) send(pid, 'SIGCONT');
    this.#stopped.clear();
  }
}

/** Whether it is still there. */
function send(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
