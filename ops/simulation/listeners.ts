import type { Duty } from '../../protocol/ipc.ts';
import { isInShare } from '../../protocol/sharding.ts';
import { PropertyViolation } from './properties.ts';
import type { SimulatedProcess } from './simulated-process.ts';

interface Heard {
  epoch: number;
  /** Processes that were heard under this lease, the present one last. */
  processes: SimulatedProcess[];
}

const rooms = Array.from({ length: 8 }, (_, number) => `room${number + 1}`);

/** Those who read what the children put out: what comes from an epoch that is over is dropped, as the workers do. */
export class Listeners {
  readonly #heard = new Map<string, Heard>();
  dropped = 0;

  hear(process: SimulatedProcess): void {
    const { duty, spec } = process;
    if (!duty) return;
    const { share } = duty;
    if (!share) return this.#hearUnder(duty.lease, process, duty);
    // Of what goes by rooms, each room is listened to by itself, whatever the leases are called.
    for (const room of rooms)
      if (isInShare(room, share)) this.#hearUnder(`${spec.id}@${room}`, process, duty);
  }

  #hearUnder(key: string, process: SimulatedProcess, duty: Duty): void {
    const heard = this.#heard.get(key) ?? { epoch: 0, processes: [] };
    if (duty.epoch < heard.epoch) {
      this.dropped += 1;
      return;
    }
    if (heard.processes.at(-1) !== process) {
      if (heard.processes.includes(process))
        throw new PropertyViolation(
          'in-order',
          `${process.id} is heard again under ${key}, epoch ${duty.epoch}`,
        );
      this.#heard.set(key, { epoch: duty.epoch, processes: [...heard.processes, process].slice(-10) });
    } else heard.epoch = duty.epoch;
  }
}
