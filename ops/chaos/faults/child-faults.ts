import type { ChildState } from '../../../protocol/ipc.ts';
import type { Role } from '../../../protocol/roles.ts';
import { isActive, isNoticed, isReplaced, isServing, isWarm } from '../children.ts';
import type { Fault, Scene, Wound } from '../fault.ts';
import { choose } from '../fault.ts';
import type { Show } from '../show.ts';

/** A signal for who does the work of a role. */
export function onChild(role: Role, signal: 'SIGKILL' | 'SIGSTOP'): Fault {
  const verb = signal === 'SIGKILL' ? 'kills' : 'stops (SIGSTOP)';
  return {
    kind: signal === 'SIGKILL' ? 'kill' : 'stop',
    does: `${verb} the child that does the work of ${role}`,
    async cause({ show, choice, noteAcks }) {
      const victim = chooseActive(show, role, choice);
      if (!victim) return undefined;
      if (role === 'sim') await noteAcks(victim.service.replace(/^sim-/, ''));
      const causedAt = performance.now();
      process.kill(victim.pid, signal);
      return { ...replacement(show, victim), causedAt };
    },
  };
}

/** Kills somebody who only waits for work: healed when another waits in its place. */
export async function killSpare({ show, choice }: Scene): Promise<Wound | undefined> {
  const victim = choose((show.state?.children ?? []).filter(isWarm), choice);
  if (!victim) return undefined;
  const causedAt = performance.now();
  process.kill(victim.pid, 'SIGKILL');
  const isSuccessor = (child: ChildState) =>
    child.service === victim.service && isWarm(child) && child.pid !== victim.pid;
  return {
    victim: victim.id,
    causedAt,
    healed: () => show.state?.children.some(isSuccessor) ?? false,
    noticed: () => isNoticed(victim, show.state?.children ?? []),
    mayGo: ({ pid }) => pid === victim.pid,
  };
}

export function chooseActive(show: Show, role: Role, choice: number): ChildState | undefined {
  return choose(show.childrenOf(role).filter(isActive), choice);
}

/** Healed when another process does the victim's work, and all others do theirs. */
export function replacement(show: Show, victim: ChildState): Wound {
  return {
    victim: victim.id,
    healed() {
      const { state } = show;
      return state !== undefined && isReplaced(victim, state.children) && isServing(state);
    },
    noticed: () => isNoticed(victim, show.state?.children ?? []),
    mayGo: ({ pid }) => pid === victim.pid,
  };
}
