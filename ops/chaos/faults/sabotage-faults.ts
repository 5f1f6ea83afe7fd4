import type { Role } from '../../../protocol/roles.ts';
import { isReplaced, isRestored, isServing } from '../children.ts';
import type { Fault, Scene } from '../fault.ts';
import { nobody } from '../fault.ts';
import type { Order } from '../sabotage-orders.ts';
import { giveOrder, isTaken, orderFile, startOrderFile, withdrawOrder } from '../sabotage-orders.ts';
import type { Show } from '../show.ts';
import { chooseActive, replacement } from './child-faults.ts';

/** More than a child may have at any setting of a chaos run, and what a small machine still has. */
const leakMb = 1_600;
const spinMs = 5_000;
const badStartMs = 4_000;
const takenMs = 5_000;

export function block(role: Role): Fault {
  return {
    kind: 'block',
    does: `blocks the main loop of ${role} for ever`,
    async cause(scene) {
      const victim = chooseActive(scene.show, role, scene.choice);
      if (!victim) return undefined;
      const causedAt = await sabotage(scene, victim.pid, { kind: 'block' });
      return { ...replacement(scene.show, victim), causedAt };
    },
  };
}

export function leak(role: Role): Fault {
  return {
    kind: 'leak',
    does: `lets ${role} take ${leakMb} MB as fast as it can`,
    async cause(scene) {
      const victim = chooseActive(scene.show, role, scene.choice);
      if (!victim) return undefined;
      const causedAt = await sabotage(scene, victim.pid, { kind: 'leak', mb: leakMb });
      return { ...replacement(scene.show, victim), causedAt };
    },
  };
}

/** The one fault that is not to be healed: who is busy must not be ended. Whoever is counts as killed for nothing. */
export function spin(role: Role): Fault {
  return {
    kind: 'spin',
    does: `keeps ${role} busy for ${spinMs / 1_000} s, without blocking it; it must live`,
    async cause(scene) {
      const { show, choice } = scene;
      const victim = chooseActive(show, role, choice);
      if (!victim) return undefined;
      const causedAt = await sabotage(scene, victim.pid, { kind: 'spin', forMs: spinMs });
      return {
        victim: victim.id,
        causedAt,
        lastsMs: spinMs,
        healed: () => isAllServed(show),
        mayGo: nobody,
      };
    },
  };
}

/**
 * For a while every new process of a role is a bad one. The active one is killed, so that new ones are needed. That a spare takes over its
 * work at once (`worksAgainMs`, from the kill) heals nothing yet: that is when the service has everybody back, counted from when new
 * processes are good again; `restoredMs` is the same from the kill.
 */
export function badStart(role: Role, kind: 'exit' | 'hang'): Fault {
  const verb = kind === 'exit' ? 'ends at once' : 'says nothing';
  return {
    kind: kind === 'exit' ? 'exit-at-start' : 'never-ready',
    does: `kills ${role}, and each new process of it ${verb}, for ${badStartMs / 1_000} s`,
    async cause({ show, choice, orders }) {
      const victim = chooseActive(show, role, choice);
      if (!victim) return undefined;
      const file = startOrderFile(orders, role);
      const before = show.state;
      if (!before) return undefined;
      giveOrder(file, { kind, untilMs: Date.now() + badStartMs });
      const causedAt = performance.now();
      process.kill(victim.pid, 'SIGKILL');
      const figures: Record<string, number> = {};
      return {
        ...replacement(show, victim),
        causedAt,
        lastsMs: badStartMs,
        works() {
          const { state } = show;
          return state !== undefined && isReplaced(victim, state.children) && isServing(state);
        },
        healed() {
          const { state } = show;
          if (!state || !isRestored(victim.service, before, state) || !isServing(state)) return false;
          figures['restoredMs'] ??= Math.round(performance.now() - causedAt);
          return true;
        },
        end: () => withdrawOrder(file),
        figures,
      };
    },
  };
}

function isAllServed({ state }: Show): boolean {
  return state !== undefined && isServing(state);
}

/** Gives an order and waits until it is taken; answers when. Throws when the process does not take it. */
async function sabotage({ show, orders, signal }: Scene, pid: number, order: Order): Promise<number> {
  const file = orderFile(orders, pid);
  giveOrder(file, order);
  if (await show.until(() => isTaken(file), { withinMs: takenMs, signal })) return performance.now();
  withdrawOrder(file);
  throw new Error(`Process ${pid} did not take its order within ${takenMs} ms`);
}
