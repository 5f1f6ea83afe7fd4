import type { ChildRecord } from '../../supervisor/child-record.ts';
import type { RosterState } from '../../supervisor/roster-state.ts';
import type { SeededRandom } from '../sim/douyin-room/scenario/seeded-random.ts';
import type { Badness } from './behaviour.ts';
import { badnesses } from './behaviour.ts';
import type { Shell } from './shell.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a fault is inflicted on. */
export interface Scene {
  shell: Shell;
  state: RosterState;
  time: VirtualTime;
  random: SeededRandom;
  /** False from the moment on at which nothing goes wrong any more. */
  stormy: () => boolean;
  note: (what: string) => void;
  reload: (badness: Badness | undefined) => void;
  setBus: (ready: boolean) => void;
  /** Every new process of a service has this to it for so long. */
  curse: (service: string, badness: Badness, ms: number) => void;
}

interface Fault {
  name: string;
  /** How often it is drawn, compared with the others. */
  weight: number;
  /** False when there is nobody to inflict it on. */
  inflict: (scene: Scene) => boolean;
}

const memory = 'uses more memory than it may';

const faults: Fault[] = [
  onProcess('killed by somebody', 10, (process) => process.end('killed', 'ended by SIGKILL')),
  onProcess('crashes', 10, (process) => process.end('failed', 'ended with code 1')),
  onProcess('aborts', 3, (process) => process.end('failed', 'ended with code 134')),
  onProcess('ends without a reason', 4, (process) => process.end('clean', 'ended with code 0')),
  onProcess('says its configuration is wrong', 0.15, (process) =>
    process.end('refused', 'ended with code 78'),
  ),
  onProcess('gives up', 0.15, (process) => process.end('gave-up', 'ended with code 125')),
  onProcess('freezes for a moment', 14, (process, { random }) => process.freeze(random.whole(50, 1_100))),
  onProcess('is stopped and goes on', 6, (process, { random }) => process.freeze(random.whole(1_300, 9_000))),
  onProcess('hangs', 5, (process) => process.freeze(Infinity)),
  onProcess('speaks without a heartbeat', 4, (process) => {
    process.suspect = true;
    process.heartless = true;
  }),
  onProcess('finishes nothing any more', 3, (process) => {
    process.suspect = true;
    process.stalled = true;
  }),
  onProcess('does not find the bus for a while', 6, (process, { random, time }) => {
    if (process.cutOffUntil > 0) process.suspect = true;
    process.cutOffUntil = time.now + random.whole(200, 6_000);
  }),
  onProcess('does not find the bus any more', 2, (process) => {
    process.suspect = true;
    process.cutOffUntil = Infinity;
  }),
  onProcess('says everything twice', 10, (process) => {
    process.repeats = 5;
  }),
  onChild('is over its hard limit of memory', 4, (child, { shell }) => {
    order(child, shell, { kind: 'condemn', reason: memory, again: true, stage: 'kill' });
  }),
  onChild('is over its soft limit of memory', 8, ({ id, spec }, { shell }) => {
    if (spec.swappable) shell.tell({ kind: 'retire', id, reason: memory });
  }),
  onChild('is restarted by a playbook', 2, (child, { shell }) => {
    order(child, shell, { kind: 'condemn', reason: 'restarted by a playbook', again: true, stage: 'term' });
    const { id, generation } = child;
    shell.tell({ kind: 'child', id, generation, event: { kind: 'wake' } });
  }),
  onChild('is replaced by a playbook', 3, ({ id }, { shell }) => {
    shell.tell({ kind: 'retire', id, reason: 'a playbook asks for it' });
  }),
  onChild('and all after it fail for a while', 1.5, ({ spec }, { random, curse }) => {
    curse(spec.id, random.pick(['crashes', 'never-ready', 'crashes-at-work']), random.whole(1_000, 30_000));
  }),
  {
    name: 'scaled',
    weight: 8,
    inflict: ({ shell, state, random, note }) => {
      const services = [...state.services.values()].filter(({ spec }) => spec.replicas.max > 1);
      const service = services[random.whole(0, services.length - 1)];
      if (!service) return false;
      const wanted = random.whole(0, service.spec.replicas.max + 1);
      note(`${service.spec.id} is scaled to ${wanted}`);
      shell.tell({ kind: 'scale', service: service.spec.id, wanted });
      return true;
    },
  },
  {
    name: 'the bus is lost',
    weight: 4,
    inflict: ({ shell, random, time, stormy, setBus }) => {
      if (!shell.busReady) return false;
      setBus(false);
      time.after(random.pick([50, 250, 1_000, 8_000]), () => {
        if (stormy()) setBus(true);
      });
      return true;
    },
  },
  {
    name: 'the supervisor is late',
    weight: 5,
    inflict: ({ shell, random }) => {
      if (shell.isLate) return false;
      shell.beLate(random.chance(0.5) ? random.whole(60, 450) : random.whole(600, 6_000));
      return true;
    },
  },
  {
    name: 'a good configuration comes',
    weight: 1.5,
    inflict: ({ reload }) => {
      reload(undefined);
      return true;
    },
  },
  {
    name: 'a bad configuration comes',
    weight: 1.5,
    inflict: ({ reload, random }) => {
      reload(random.pick(badnesses));
      return true;
    },
  },
];
const total = faults.reduce((sum, { weight }) => sum + weight, 0);

/** Draws a fault and inflicts it; false when there was nobody to inflict it on. */
export function inflictFault(scene: Scene): boolean {
  let draw = scene.random.next() * total;
  for (const { weight, inflict } of faults) {
    draw -= weight;
    if (draw < 0) return inflict(scene);
  }
  return false;
}

function onProcess(
  name: string,
  weight: number,
  wound: (process: SimulatedProcess, scene: Scene) => void,
): Fault {
  return {
    name,
    weight,
    inflict: (scene) => {
      const all = [...scene.shell.processes];
      const process = all[scene.random.whole(0, all.length - 1)];
      if (!process) return false;
      scene.note(`${process.id}#${process.generation} ${name}`);
      wound(process, scene);
      return true;
    },
  };
}

function onChild(name: string, weight: number, wound: (child: ChildRecord, scene: Scene) => void): Fault {
  return {
    name,
    weight,
    inflict: (scene) => {
      const all = [...scene.state.children.values()].filter(({ life }) => 'pid' in life);
      const child = all[scene.random.whole(0, all.length - 1)];
      if (!child) return false;
      scene.note(`${child.id}#${child.generation} ${name}`);
      wound(child, scene);
      return true;
    },
  };
}

type Order = Extract<Parameters<Shell['tell']>[0], { kind: 'child' }>['event'];

function order({ id, generation }: ChildRecord, shell: Shell, event: Order): void {
  const process = shell.processOf(id);
  if (process) process.suspect = true;
  shell.tell({ kind: 'child', id, generation, event });
}
